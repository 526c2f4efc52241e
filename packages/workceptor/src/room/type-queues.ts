import { isFinal } from '@receptorjs/control-protocol';
import type { Logger } from '@receptorjs/primitives';
import type { Origin } from '@receptorjs/quotas';
import type { Unit } from '../unit.js';
import { QueueOrder } from './queue-order.js';
import { QueuedUnit } from './queued-unit.js';
import { TypeQueue, type QueueCounts } from './type-queue.js';

/** The queue of each work type of this node, and the order of what waits in them. It alone writes its map. */
export class TypeQueues {
  readonly #queues = new Map<string, TypeQueue>();
  readonly #order = new QueueOrder();
  #isPaused = true;

  constructor(private readonly log: Logger) {}

  /** The queue of a type, which stays when the type goes: its units go on. */
  of(workType: string): TypeQueue {
    let queue = this.#queues.get(workType);
    if (queue === undefined) {
      queue = new TypeQueue(workType, this.#order);
      if (this.#isPaused) queue.pause();
      this.#queues.set(workType, queue);
    }
    return queue;
  }

  /** All units that an earlier daemon has left are known: those that wait have their turns from now on. */
  open(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    for (const queue of this.#queues.values()) queue.resume();
  }

  /** Starts nothing any more. */
  close(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    for (const queue of this.#queues.values()) queue.pause();
  }

  /**
   * The unit as one that is started when it has a place; as it is when it has ended.
   *
   * @param origin whom it is counted for; nothing for one that was found on disk
   */
  take(unit: Unit, origin: Origin | undefined): Unit {
    const { workType, state } = unit.record.status;
    return isFinal(state) ? unit : new QueuedUnit(unit, this.of(workType), this.log, origin);
  }

  counts(): ReadonlyMap<string, QueueCounts> {
    return new Map([...this.#queues].map(([workType, queue]) => [workType, queue.counts]));
  }
}
