import { errorText, point, type Logger } from '@receptorjs/primitives';
import { type ControlClient } from '@receptorjs/control-client';
import { type Backoff } from '@receptorjs/control-client/internal';
import { isRemoteAnswer, isUnknownUnit } from '@receptorjs/control-protocol';
import { foreignText } from './foreign-text.js';

/** What is delivered. */
export type Delivered = 'cancel' | 'release';

/** What a delivery needs from its unit. */
export interface DeliveryContext {
  readonly unitId: string;
  /** The other node. */
  readonly node: () => string;
  /** ID of the unit on the other node. */
  readonly remoteUnitId: () => string;
  /** Whether the unit has ended, so that a cancel that is refused is not wanted any more. */
  readonly hasEnded: () => boolean;
  /** One request on a connection of its own. */
  readonly request: <T>(run: (client: ControlClient) => Promise<T>) => Promise<T>;
  /** What is pending has changed. */
  readonly onChange: () => void;
  /** The release was delivered. */
  readonly onReleased: () => Promise<void>;
  readonly backoff: Backoff;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/**
 * Delivers a cancel or release that could not be delivered at once, for as long as it takes: until the other node has confirmed it or does
 * not know the unit any more. One that is refused is tried again too, after waits that grow. A release outdoes a cancel.
 */
export class RemoteDelivery {
  /** Present while something waits to be delivered; written by `begin`, `delivered` and `#run` only. */
  #what: Delivered | undefined;
  /** Whether `#run` is under way. */
  #isRunning = false;
  /** Why the last attempt failed; written by `#failed` only. */
  #why: string | undefined;

  constructor(private readonly context: DeliveryContext) {}

  /** What waits to be delivered. */
  get what(): Delivered | undefined {
    return this.#what;
  }

  /** What waits and why, for people: `Cancel pending: far can not be reached`. Nothing when nothing waits. */
  get note(): string | undefined {
    if (this.#what === undefined) return undefined;
    const title = this.#what === 'cancel' ? 'Cancel' : 'Release';
    return `${title} pending: ${this.context.node()} ${this.#why ?? 'is yet to be told'}`;
  }

  /** @param failure of an attempt that was made already */
  begin(what: Delivered, failure?: unknown): void {
    if (this.#what !== 'release') this.#what = what;
    if (failure !== undefined) this.#failed(failure);
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#run()
      .catch((error: unknown) => {
        this.#logError(errorText(error));
      })
      .finally(() => {
        this.#isRunning = false;
      });
  }

  /** Another request has delivered it. */
  delivered(what: Delivered): void {
    if (this.#what === what) this.#end();
  }

  async #run(): Promise<void> {
    const { request, remoteUnitId, hasEnded, onReleased, backoff, signal } = this.context;
    while (!signal.aborted && this.#what) {
      const what = this.#what;
      point('delivery-begun');
      try {
        await request((client) =>
          what === 'cancel'
            ? client.workCancel(remoteUnitId())
            : client.workRelease(remoteUnitId()),
        );
      } catch (error) {
        if (!isUnknownUnit(error)) {
          this.#failed(error);
          const isRefused = isRemoteAnswer(error);
          if (!(isRefused && what === 'cancel' && hasEnded())) {
            await backoff.wait(signal);
            continue;
          }
        }
      }
      if (what === 'release') {
        await onReleased();
        return;
      }
      this.delivered(what);
    }
  }

  #failed(error: unknown): void {
    const text = foreignText(errorText(error));
    const why = isRemoteAnswer(error) ? `refuses it: ${text}` : 'can not be reached';
    if (why === this.#why) return;
    this.#why = why;
    if (isRemoteAnswer(error)) this.#logError(text);
    this.context.onChange();
  }

  #end(): void {
    this.#what = undefined;
    this.#why = undefined;
    this.context.onChange();
  }

  #logError(text: string): void {
    this.context.log.error(`[${this.context.unitId}] ${text}`);
  }
}
