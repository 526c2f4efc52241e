import { ConnectionsByNode } from './connections-by-node.js';
import { ReadSlab } from './read-slab.js';
import type { ConnectionHost, StreamConnection } from './stream-connection.js';

/**
 * Which connections have something to do: pumps each once after all that arrives in the running task, so that a batch
 * of datagrams is answered by one. It alone writes its fields.
 *
 * See docs/decisions/0056-streams-take-turns.md.
 */
export class PumpSchedule implements ConnectionHost {
  readonly slab = new ReadSlab();
  readonly connections = new ConnectionsByNode<StreamConnection>();
  #due = new Set<StreamConnection>();
  /** Those that wait for links: without having sent anything in their last turn, and with. */
  #starved = new Set<StreamConnection>();
  #blocked = new Set<StreamConnection>();
  /** Those with something that fills no datagram. */
  #held = new Set<StreamConnection>();
  #scheduled = false;
  /** Whether connections were pumped since the process got to anything else last. */
  #hasRun = false;

  schedule(connection: StreamConnection): void {
    this.#due.add(connection);
    this.#runSoon();
  }

  #runSoon(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // two streams of one node must not keep it to themselves
    if (this.#hasRun) setImmediate(this.#run);
    else queueMicrotask(this.#run);
  }

  scheduleAfterDrain(connection: StreamConnection, hasSent: boolean): void {
    (hasSent ? this.#blocked : this.#starved).add(connection);
  }

  scheduleTurnEnd(connection: StreamConnection): void {
    if (this.#held.size === 0) setImmediate(this.#endTurn);
    this.#held.add(connection);
  }

  /** Links take data again: those that got nothing last time come before those that sent and have more, or filled the links. */
  drained(): void {
    if (this.#starved.size + this.#blocked.size === 0) return;
    this.#due = new Set([...this.#starved, ...this.#due, ...this.#blocked]);
    this.#starved = new Set();
    this.#blocked = new Set();
    this.#runSoon();
  }

  readonly #endTurn = (): void => {
    const held = this.#held;
    this.#held = new Set();
    for (const connection of held) connection.endTurn();
  };

  readonly #run = (): void => {
    this.#scheduled = false;
    if (!this.#hasRun) setImmediate(() => (this.#hasRun = false));
    this.#hasRun = true;
    const due = this.#due;
    this.#due = new Set();
    for (const connection of due) connection.pump();
  };
}
