import { backoffDelay, errorText, type Logger } from '@receptorjs/primitives';
import { foreignText } from '@receptorjs/workceptor/internal';
import { setTimeout as wait } from 'node:timers/promises';

/** Why a pod is deleted; the later one outdoes the earlier. */
export type RemovalReason = 'end' | 'cancel' | 'release';

/** Milliseconds between attempts. */
const AGAIN = { first: 500, longest: 30_000 };

/** What the removal of a pod needs from its unit. */
export interface RemovalContext {
  readonly unitId: string;
  /** One attempt; rejects when it is not known to be gone. */
  readonly remove: (signal: AbortSignal) => Promise<void>;
  /** What is pending has changed. */
  readonly onChange: () => void;
  /** The pod is gone. */
  readonly onRemoved: (reason: RemovalReason) => Promise<void>;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

const rank: Readonly<Record<RemovalReason, number>> = { end: 0, cancel: 1, release: 2 };

/** Deletes a unit's pod, for as long as it takes: a cluster may be away for days. It alone writes its fields. */
export class PodRemoval {
  #reason: RemovalReason | undefined;
  #why: string | undefined;
  #isRunning = false;
  /** Resolves with whether it was successful. */
  #firstAttempt: Promise<boolean> | undefined;

  constructor(private readonly context: RemovalContext) {}

  /** What waits for it; nothing when nothing does. */
  get reason(): RemovalReason | undefined {
    return this.#reason;
  }

  /** What is yet to be done and why it is not, for people. */
  get note(): string | undefined {
    if (this.#reason === undefined) return undefined;
    return `its pod is yet to be deleted${this.#why === undefined ? '' : `: ${this.#why}`}`;
  }

  /** @returns whether the pod is gone after the first attempt from now on; others follow in the background where it is not */
  begin(reason: RemovalReason): Promise<boolean> {
    if (this.#reason === undefined || rank[reason] > rank[this.#reason]) this.#reason = reason;
    if (!this.#isRunning) {
      this.#isRunning = true;
      void this.#run().finally(() => {
        this.#isRunning = false;
      });
    }
    return this.#firstAttempt ?? Promise.resolve(true);
  }

  async #run(): Promise<void> {
    const { signal, remove, onRemoved, log, unitId } = this.context;
    for (let failures = 0; !signal.aborted;) {
      const attempt = remove(signal).then(
        () => undefined,
        (error: unknown) => ({ error }),
      );
      this.#firstAttempt = attempt.then((failure) => failure === undefined);
      const failure = await attempt;
      if (failure === undefined) {
        const reason = this.#reason ?? 'end';
        this.#reason = undefined;
        this.#why = undefined;
        this.#firstAttempt = undefined;
        await onRemoved(reason).catch((error: unknown) => {
          log.error(`[${unitId}] ${errorText(error)}`);
        });
        return;
      }
      failures += 1;
      this.#failed(foreignText(errorText(failure.error)));
      const ms = backoffDelay(AGAIN, failures, Math.random());
      await wait(ms, undefined, { signal }).catch(() => undefined);
    }
  }

  #failed(why: string): void {
    if (why === this.#why) return;
    this.#why = why;
    if (this.context.signal.aborted) return;
    this.context.log.warning(`[${this.context.unitId}] its pod can't be deleted: ${why}`);
    this.context.onChange();
  }
}
