import type { ApiContext } from '../api-context.js';
import type { Authenticator, Identity } from '../authentication/authenticator.js';
import { ChangeBells } from './change-bells.js';
import { LiveLimits } from './live-limits.js';
import { Presence } from './presence.js';

/** How long the log of changes goes back, and how often it is cut. */
const LOG_MS = 86_400_000;
const PRUNE_EVERY_MS = 3_600_000;

/** What everybody who follows something live shares. It alone writes its fields. */
export class Live {
  readonly limits = new LiveLimits();
  readonly bells: ChangeBells;
  readonly #over = new AbortController();
  readonly #prune: NodeJS.Timeout;

  /** @param quietMs milliseconds after which one looks without having been told, shows that one is there, and asks who is there */
  constructor(
    readonly context: ApiContext,
    private readonly authenticator: Authenticator,
    readonly quietMs: number,
    private readonly onError: (error: unknown) => void,
  ) {
    this.bells = new ChangeBells(context.feed);
    this.#prune = setInterval(() => void this.#cut(), PRUNE_EVERY_MS);
    this.#prune.unref();
  }

  /** Fires when the server ends. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** Begins to hear of changes, if it has not. */
  async listen(): Promise<void> {
    try {
      await this.bells.start();
    } catch (error) {
      this.onError(error);
    }
  }

  presence(identity: Identity): Presence {
    const now = (): number => this.context.now().getTime();
    return new Presence(this.authenticator, identity, now, this.quietMs);
  }

  /** Ends all streams. */
  async close(): Promise<void> {
    clearInterval(this.#prune);
    this.#over.abort();
    await this.bells.stop();
  }

  async #cut(): Promise<void> {
    const { changes, now } = this.context;
    try {
      await changes.prune(new Date(now().getTime() - LOG_MS));
    } catch (error) {
      this.onError(error);
    }
  }
}
