import { errorText, point, type Logger } from '@receptorjs/primitives';
import { type ControlClient } from '@receptorjs/control-client';
import { type Backoff } from '@receptorjs/control-client/internal';
import { isRemoteAnswer, isUnknownUnit } from '@receptorjs/control-protocol';
import { foreignText } from './foreign-text.js';

/** What a delivery needs from its unit. */
export interface DeliveryContext {
  readonly unitId: string;
  /** ID of the unit on the other node. */
  readonly remoteUnitId: () => string;
  /** One request on a connection of its own. */
  readonly request: <T>(run: (client: ControlClient) => Promise<T>) => Promise<T>;
  /** The release was delivered. */
  readonly onReleased: () => Promise<void>;
  readonly backoff: Backoff;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/** Delivers a cancel or release that could not be delivered at once, for as long as it takes. A release outdoes a cancel. */
export class RemoteDelivery {
  /** Present while something waits to be delivered; written by `begin` and `#run` only. */
  #what: 'cancel' | 'release' | undefined;

  constructor(private readonly context: DeliveryContext) {}

  begin(what: 'cancel' | 'release'): void {
    const isRunning = this.#what !== undefined;
    if (this.#what === 'release') return;
    this.#what = what;
    if (isRunning) return;
    this.#run().catch((error: unknown) => {
      this.#logError(error);
    });
  }

  async #run(): Promise<void> {
    const { request, remoteUnitId, onReleased, backoff, signal } = this.context;
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
        if (!isRemoteAnswer(error)) {
          await backoff.wait(signal);
          continue;
        }
        if (!isUnknownUnit(error)) this.#logError(error);
      }
      if (what === 'release') {
        await onReleased();
        return;
      }
      if (this.#what === what) this.#what = undefined;
    }
  }

  #logError(error: unknown): void {
    this.context.log.error(`[${this.context.unitId}] ${foreignText(errorText(error))}`);
  }
}
