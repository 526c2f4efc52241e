import type { ApiContext } from '../api-context.js';
import type { Authenticator, Identity } from '../authentication/authenticator.js';
import { ChangeSubscriptions } from './change-subscriptions.js';
import { LiveLimits } from './live-limits.js';
import { Principal } from './principal.js';

/** How long the log of changes goes back, and how often it is cut. */
const LOG_MS = 86_400_000;
const PRUNE_EVERY_MS = 3_600_000;

/** What all streams and connections share. It alone writes its fields. */
export class Live {
  readonly limits = new LiveLimits();
  readonly subscriptions: ChangeSubscriptions;
  readonly #over = new AbortController();
  readonly #prune: NodeJS.Timeout;

  /** @param heartbeatMs milliseconds after which a stream polls without a notification, sends a heartbeat, and checks its principal */
  constructor(
    readonly context: ApiContext,
    private readonly authenticator: Authenticator,
    readonly heartbeatMs: number,
    private readonly onError: (error: unknown) => void,
  ) {
    this.subscriptions = new ChangeSubscriptions(context.feed);
    this.#prune = setInterval(() => void this.#cut(), PRUNE_EVERY_MS);
    this.#prune.unref();
  }

  /** Fires when the server ends. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** Listens for changes, if it does not by now. */
  async listen(): Promise<void> {
    try {
      await this.subscriptions.start();
    } catch (error) {
      this.onError(error);
    }
  }

  principal(identity: Identity): Principal {
    const now = (): number => this.context.now().getTime();
    return new Principal(this.authenticator, identity, now, this.heartbeatMs);
  }

  /** Ends all streams. */
  async close(): Promise<void> {
    clearInterval(this.#prune);
    this.#over.abort();
    await this.subscriptions.stop();
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
