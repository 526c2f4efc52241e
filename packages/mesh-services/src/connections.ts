import type { Duplex } from 'node:stream';
import { bridge } from './bridge.js';
import type { Logger } from './proxy-types.js';

/** The connections a proxy carries: at most so many, each from its acceptance to the end of both directions. */
export class Connections {
  /** Accepted sides; written by `carry` only. */
  readonly #open = new Set<Duplex>();

  constructor(
    private readonly what: string,
    private readonly max: number,
    private readonly log: Logger,
  ) {}

  /**
   * Joins an accepted connection with the one that `dial` opens. When that fails, the accepted side is closed at once;
   * when the accepted side goes away first, the dial is given up.
   */
  async carry(accepted: Duplex, dial: (signal: AbortSignal) => Promise<Duplex>): Promise<void> {
    accepted.on('error', () => undefined);
    if (this.#open.size >= this.max) {
      this.log.warning(`${this.what}: connection refused, ${this.max} are open`);
      accepted.destroy();
      return;
    }
    this.#open.add(accepted);
    const gone = new AbortController();
    accepted.once('close', () => {
      gone.abort();
    });
    try {
      const dialled = await dial(gone.signal);
      dialled.on('error', () => undefined);
      if (accepted.destroyed) dialled.destroy();
      else await bridge(accepted, dialled);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (gone.signal.aborted) this.log.debug(`${this.what}: connection ended: ${why}`);
      else this.log.error(`${this.what}: connection failed: ${why}`);
      accepted.destroy();
    } finally {
      this.#open.delete(accepted);
    }
  }

  /** Ends them all. */
  close(): void {
    for (const accepted of this.#open) accepted.destroy();
  }
}
