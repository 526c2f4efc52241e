import type { Clock } from '../../ports/clock.js';

/** What is done again and again. */
export interface WokenLoopOptions {
  readonly clock: Clock;
  /** Milliseconds after which it is done though nobody has asked for it. */
  readonly intervalMs: number;
  /** Milliseconds between two times at least, however often it is woken. Default 0. */
  readonly restMs?: number | undefined;
  /** Does it once. */
  readonly run: (signal: AbortSignal) => Promise<void>;
  /** Told of each time that it has failed; it is done again after the interval. */
  readonly onError: (error: unknown) => void;
}

/**
 * Does something whenever it is woken, and at times without: a message that was lost costs an interval. It is done once at a time; whoever wakes it meanwhile has it done
 * once more. It alone writes its fields.
 */
export class WokenLoop {
  readonly #options: WokenLoopOptions;
  readonly #over = new AbortController();
  #isWoken = false;
  #wait = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: WokenLoopOptions) {
    this.#options = options;
  }

  /** Begins, with the first time at once. */
  start(): void {
    this.#running ??= this.#go();
  }

  /** Has it done soon. */
  wake(): void {
    this.#isWoken = true;
    this.#wait.abort();
  }

  /** Ends it; resolves when what was under way has come to its end. */
  async stop(): Promise<void> {
    this.#over.abort();
    this.#wait.abort();
    await this.#running;
  }

  async #go(): Promise<void> {
    const { clock, intervalMs, restMs = 0, run, onError } = this.#options;
    const { signal } = this.#over;
    while (!signal.aborted) {
      this.#isWoken = false;
      try {
        await run(signal);
      } catch (error) {
        if (!isOver(signal)) onError(error);
      }
      if (restMs > 0) await clock.sleep(restMs, signal);
      this.#wait = new AbortController();
      if (this.#wasWoken() || isOver(signal)) continue;
      await clock.sleep(intervalMs, this.#wait.signal);
    }
  }

  /** A method, because it changes while others wait. */
  #wasWoken(): boolean {
    return this.#isWoken;
  }
}

/** Asked anew: it may have fired meanwhile. */
const isOver = (signal: AbortSignal): boolean => signal.aborted;
