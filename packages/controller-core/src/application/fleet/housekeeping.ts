import type { Clock } from '../../ports/clock.js';
import type { ControllerLeases } from '../../ports/controller-leases.js';
import type { HousekeepingStore } from '../../ports/housekeeping-store.js';
import type { InstanceStore } from '../../ports/instance-store.js';
import type { JobMesh, MeshWatch } from '../../ports/mesh.js';
import { withTimeLimit } from '../time/time-limit.js';

/** Milliseconds for which a lease that has expired is kept, and a unit whose job has ended is left to whoever ended it. */
const LEASE_KEPT_MS = 60 * 60_000;
const UNIT_LEFT_MS = 60_000;
/** Milliseconds between two times that folders of workers are removed at a node. */
const CLEAN_UP_MS = 3 * 60 * 60_000;
/** Milliseconds for the release of a unit: a node that is lost meanwhile keeps nothing else from being tidied. */
const RELEASE_MS = 60_000;

/** What housekeeping needs. */
export interface HousekeepingOptions {
  /** The node of this controller. */
  readonly hostname: string;
  readonly leases: ControllerLeases;
  readonly instances: InstanceStore;
  readonly housekeeping: HousekeepingStore;
  readonly mesh: MeshWatch;
  readonly jobs: JobMesh;
  readonly clock: Clock;
  readonly onNotice?: ((sentence: string) => void) | undefined;
}

/**
 * Removes what was left behind: units of jobs that have ended, folders of workers, leases, sessions and tokens that have expired. Of the controllers that are alive the first by its name
 * does it; what was left on its own machine each one removes. It alone writes its fields.
 */
export class Housekeeping {
  readonly #options: HousekeepingOptions;
  /** When each node was cleaned up last, in milliseconds since 1970. */
  readonly #cleanedUp = new Map<string, number>();

  constructor(options: HousekeepingOptions) {
    this.#options = options;
  }

  /** Does it once, where it is this controller's turn. A node that can't be asked is left to the next time. */
  async pass(signal: AbortSignal): Promise<void> {
    const { hostname, leases, housekeeping, instances, jobs } = this.#options;
    const removed = await jobs.removeLeftovers();
    if (removed > 0)
      this.#notice(`${removed} folders that an earlier process has left are removed.`);
    const [first] = [...(await leases.alive())].sort();
    if (first !== hostname) return;
    await leases.sweep(LEASE_KEPT_MS);
    await housekeeping.removeExpired();
    const nodes = await instances.list();
    for (const { hostname: node, node_type: type, node_state: state } of nodes) {
      if (type === 'hop' || (state !== 'ready' && state !== 'deprovisioning')) continue;
      if (signal.aborted) return;
      try {
        await this.#releaseUnits(node, signal);
        if (type === 'execution') await this.#cleanUp(node, signal);
      } catch (error) {
        if (!isOver(signal)) this.#notice(`${node} can't be tidied now: ${String(error)}`);
      }
    }
  }

  async #releaseUnits(node: string, signal: AbortSignal): Promise<void> {
    const { jobs, housekeeping, clock } = this.#options;
    const units = await jobs.units(node, signal);
    const left = await housekeeping.unitsOfEndedJobs(node, units, UNIT_LEFT_MS);
    for (const unitId of left) {
      await withTimeLimit(clock, RELEASE_MS, signal, (limited) =>
        jobs.release({ node, unitId }, limited),
      );
      this.#notice(`The unit ${unitId} of ${node} is released: its job has ended.`);
    }
  }

  async #cleanUp(node: string, signal: AbortSignal): Promise<void> {
    const { mesh, clock } = this.#options;
    const now = clock.now();
    if (now - (this.#cleanedUp.get(node) ?? -Infinity) < CLEAN_UP_MS) return;
    this.#cleanedUp.set(node, now);
    const problem = await mesh.cleanUp(node, signal);
    if (problem !== undefined && !isOver(signal))
      this.#notice(`${node} could not be cleaned up: ${problem}`);
  }

  #notice(sentence: string): void {
    this.#options.onNotice?.(sentence);
  }
}

/** Asked anew: it may have fired meanwhile. */
const isOver = (signal: AbortSignal): boolean => signal.aborted;
