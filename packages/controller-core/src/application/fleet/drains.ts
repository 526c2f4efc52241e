import type { Clock } from '../../ports/clock.js';
import type { HousekeepingStore } from '../../ports/housekeeping-store.js';
import type { InstanceStore } from '../../ports/instance-store.js';
import type { JobQueue } from '../../ports/job-queue.js';
import type { Instance } from '../../ports/records/mesh.js';

/** What is needed to take nodes out. */
export interface DrainsOptions {
  readonly instances: InstanceStore;
  readonly housekeeping: HousekeepingStore;
  readonly queue: JobQueue;
  readonly clock: Clock;
  readonly onNotice?: ((sentence: string) => void) | undefined;
}

/**
 * Takes nodes out that a person wants out: no job is given to them any more, those that run there come to their ends, and then the node is removed. When the
 * deadline has passed the jobs are canceled, where that was asked for. Several controllers may do it at the same time. It keeps nothing between two passes.
 */
export class Drains {
  constructor(private readonly options: DrainsOptions) {}

  /** Looks at each node once that is to be taken out. */
  async pass(): Promise<void> {
    const all = await this.options.instances.list();
    for (const instance of all) {
      if (instance.node_state === 'deprovisioning') await this.#drain(instance);
    }
  }

  async #drain({ hostname, drain_deadline: deadline, drain_action: action }: Instance) {
    const { instances, housekeeping, queue, clock, onNotice } = this.options;
    const jobs = await housekeeping.remainingJobs(hostname);
    if (jobs.length === 0) {
      if (await instances.remove(hostname)) onNotice?.(`${hostname} is taken out`);
      return;
    }
    if (action !== 'cancel' || deadline === null || deadline.getTime() > clock.now()) return;
    for (const { id, isCanceled } of jobs) {
      if (isCanceled) continue;
      onNotice?.(`Job ${id} is canceled: ${hostname} is taken out, and its deadline has passed`);
      await queue.cancel(id);
    }
  }
}
