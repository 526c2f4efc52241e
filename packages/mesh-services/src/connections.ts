import type { Duplex } from 'node:stream';
import { bridge } from './bridge.js';
import { messageOf } from './errors.js';
import type { Logger } from './service-types.js';

/** The connections a proxy carries: at most so many, each from its acceptance to the end of both directions. */
export class Connections {
  /** Accepted sides, each with what resolves when it is over; written by `carry` only. */
  readonly #open = new Map<Duplex, Promise<void>>();

  constructor(
    private readonly what: string,
    private readonly max: number,
    private readonly log: Logger,
  ) {}

  /**
   * Joins an accepted connection with the one that `dial` opens. When that fails, the accepted side is closed at once;
   * when the accepted side goes away first, the dial is given up.
   */
  carry(accepted: Duplex, dial: (signal: AbortSignal) => Promise<Duplex>): void {
    accepted.on('error', () => undefined);
    if (this.#open.size >= this.max) {
      this.log.warning(`${this.what}: connection refused, ${this.max} are open`);
      accepted.destroy();
      return;
    }
    const over = this.#join(accepted, dial).finally(() => this.#open.delete(accepted));
    this.#open.set(accepted, over);
  }

  /** Ends them all and resolves when they have ended. */
  async close(): Promise<void> {
    const all = [...this.#open.values()];
    for (const accepted of this.#open.keys()) accepted.destroy();
    await Promise.all(all);
  }

  async #join(accepted: Duplex, dial: (signal: AbortSignal) => Promise<Duplex>): Promise<void> {
    const gone = new AbortController();
    accepted.once('close', () => {
      gone.abort();
    });
    try {
      await bridge(accepted, await unlessAborted(dial(gone.signal), gone.signal));
    } catch (error) {
      const why = messageOf(error);
      if (gone.signal.aborted) this.log.debug(`${this.what}: connection ended: ${why}`);
      else this.log.error(`${this.what}: connection failed: ${why}`);
      accepted.destroy();
    }
  }
}

/** What is dialled, unless the signal comes first: then nobody waits for it any more, and what comes late is ended. */
function unlessAborted(dialling: Promise<Duplex>, signal: AbortSignal): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      reject(new Error('the accepted side is gone'));
    };
    signal.addEventListener('abort', giveUp, { once: true });
    dialling.then((dialled) => {
      dialled.on('error', () => undefined);
      if (signal.aborted) dialled.destroy();
      else resolve(dialled);
    }, reject);
    if (signal.aborted) giveUp();
  });
}
