import { setImmediate } from 'node:timers/promises';

/** Milliseconds of work after which the other work of the process gets its turn. */
const TURN_MS = 5;

/** Shares the event loop: whoever works through what others sent asks it after each small step. Owns the time of the last turn. */
export class LoopTurns {
  #since = performance.now();

  /** Nothing while there is time left; else a promise that settles when everything else had its turn. */
  due(): Promise<void> | undefined {
    return performance.now() - this.#since < TURN_MS ? undefined : this.#take();
  }

  async #take(): Promise<void> {
    await setImmediate();
    this.#since = performance.now();
  }
}
