import type { HousekeepingStore, RemainingJob } from '../../ports/housekeeping-store.js';
import type { FoundUnit } from '../../ports/mesh.js';

/** What is left behind in a test. It alone writes its fields. */
export class HousekeepingInMemory implements HousekeepingStore {
  jobs: readonly RemainingJob[] = [];
  /** IDs of units whose jobs have ended. */
  ended: readonly string[] = [];
  expired = 0;

  remainingJobs(): Promise<readonly RemainingJob[]> {
    return Promise.resolve(this.jobs);
  }

  loseJobs(): Promise<readonly number[]> {
    const lost = this.jobs.map(({ id }) => id);
    this.jobs = [];
    return Promise.resolve(lost);
  }

  unitsOfEndedJobs(_: string, units: readonly FoundUnit[]): Promise<readonly string[]> {
    const ids = units.map(({ unitId }) => unitId);
    return Promise.resolve(ids.filter((id) => this.ended.includes(id)));
  }

  removeExpired(): Promise<number> {
    return Promise.resolve((this.expired += 1));
  }
}
