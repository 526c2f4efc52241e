import { backoffDelay, errorText, type Logger } from '@receptorjs/primitives';
import { foreignText } from '@receptorjs/workceptor/internal';
import { setTimeout as wait } from 'node:timers/promises';

/** Why a pod is deleted; the later one outdoes the earlier. */
export type RemovalReason = 'end' | 'cancel' | 'release';

/** Milliseconds between attempts. */
const AGAIN = { first: 500, longest: 30_000 };
/** Milliseconds after which whoever asks is told that it is pending. */
const ANSWER_MS = 10_000;

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
  /** Milliseconds after which whoever asks is told that it is pending. Default 10,000. */
  readonly answerMs?: number | undefined;
}

const rank: Readonly<Record<RemovalReason, number>> = { end: 0, cancel: 1, release: 2 };

/** Deletes a unit's pod, for as long as it takes: a cluster may be away for days. It alone writes its fields. */
export class PodRemoval {
  #reason: RemovalReason | undefined;
  #why: string | undefined;
  #isRunning = false;
  /** Those who wait for an attempt. */
  readonly #waiting = new Set<(isGone: boolean) => void>();
  /** Ends the wait between two attempts. */
  #pause = new AbortController();

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

  /** Whether an attempt has failed. */
  get hasFailed(): boolean {
    return this.#why !== undefined;
  }

  /**
   * Deletes the pod, at once also where a later attempt was waited for.
   *
   * @returns whether the pod is gone after the first attempt from now on, or after ten seconds; others follow in the background where it is
   * not. Never rejects.
   */
  async begin(reason: RemovalReason): Promise<boolean> {
    if (this.#reason === undefined || rank[reason] > rank[this.#reason]) this.#reason = reason;
    if (this.#isRunning) this.#pause.abort();
    else void this.#run();
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        answer(false);
      }, this.context.answerMs ?? ANSWER_MS);
      const answer = (isGone: boolean): void => {
        clearTimeout(timer);
        this.#waiting.delete(answer);
        resolve(isGone);
      };
      this.#waiting.add(answer);
    });
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    const { signal, remove } = this.context;
    this.#isRunning = true;
    for (let failures = 0; this.#reason !== undefined && !signal.aborted;) {
      try {
        await remove(signal);
      } catch (error) {
        failures += 1;
        this.#failed(foreignText(errorText(error)));
        this.#answer(false);
        await this.#waitFor(backoffDelay(AGAIN, failures, Math.random()));
        continue;
      }
      failures = 0;
      await this.#succeeded();
    }
    this.#isRunning = false;
    this.#answer(this.#reason === undefined);
  }

  #answer(isGone: boolean): void {
    for (const answer of [...this.#waiting]) answer(isGone);
  }

  async #waitFor(ms: number): Promise<void> {
    this.#pause = new AbortController();
    const signal = AbortSignal.any([this.context.signal, this.#pause.signal]);
    await wait(ms, undefined, { signal }).catch(() => undefined);
  }

  async #succeeded(): Promise<void> {
    const { onRemoved, log, unitId } = this.context;
    const reason = this.#reason ?? 'end';
    this.#reason = undefined;
    this.#why = undefined;
    this.#answer(true);
    try {
      await onRemoved(reason);
    } catch (error) {
      log.error(`[${unitId}] ${errorText(error)}`);
    }
  }

  #failed(why: string): void {
    if (why === this.#why) return;
    this.#why = why;
    if (this.context.signal.aborted) return;
    const { log, unitId, onChange } = this.context;
    log.warning(`[${unitId}] its pod can't be deleted: ${why}`);
    try {
      onChange();
    } catch (error) {
      log.error(`[${unitId}] ${errorText(error)}`);
    }
  }
}
