import { RC_ENDED } from './process/exit-codes.js';
import type { TimeoutKind } from './run-result.js';
import type { FinalStatus } from './statuses.js';

/** Why a job is ended before it has ended by itself. */
export type TerminationReason = 'canceled' | TimeoutKind | 'prompt' | 'handler';

/** What a job comes to. */
export interface JobVerdict {
  readonly status: FinalStatus;
  readonly rc: number;
  /** Which limit was reached, when the status is `timeout`. */
  readonly timedOut?: TimeoutKind;
  /** Why the job was ended, or ended itself before it was done; without secrets. */
  readonly explanation?: string;
}

const STATUS: Readonly<Record<TerminationReason, FinalStatus>> = {
  canceled: 'canceled',
  idle: 'timeout',
  job: 'timeout',
  prompt: 'failed',
  handler: 'failed',
};

/** Whether and why a job is being ended early; the first reason stays. Owned by the job. */
export class Termination {
  #reason: TerminationReason | undefined;
  #explanation: string | undefined;
  #kill: (() => void) | undefined;

  get requested(): boolean {
    return this.#reason !== undefined;
  }

  /** @param explanation a sentence for people, without secrets */
  end(reason: TerminationReason, explanation?: string): void {
    if (this.#reason === undefined) {
      this.#reason = reason;
      this.#explanation = explanation;
    }
    this.#kill?.();
  }

  /** Says how to end the process while there is one; it is ended at once if a termination was requested. */
  by(kill: (() => void) | undefined): void {
    this.#kill = kill;
    if (this.requested) kill?.();
  }

  /**
   * What the job comes to, given the rc of its process.
   *
   * @param why explains a process that ended by itself
   */
  verdict(rc: number, why?: string): JobVerdict {
    const reason = this.#reason;
    if (reason === undefined && rc === 0) return { status: 'successful', rc };
    if (reason === undefined)
      return { status: 'failed', rc, ...(why !== undefined && { explanation: why }) };
    const explanation =
      this.#explanation ?? (reason === 'canceled' ? 'The run was canceled.' : undefined);
    return {
      status: STATUS[reason],
      rc: RC_ENDED,
      ...((reason === 'idle' || reason === 'job') && { timedOut: reason }),
      ...(explanation !== undefined && { explanation }),
    };
  }
}
