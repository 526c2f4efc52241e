import { DomainError } from '../../domain/domain-error.js';
import type { Clock } from '../../ports/clock.js';
import { StorageError } from '../../ports/storage-error.js';

/** Milliseconds between two attempts: the first, and the longest. */
const FIRST_MS = 200;
const LONGEST_MS = 5_000;

/** Causes of an error that are looked at. */
const MAX_CAUSES = 10;

/** What writes need. */
export interface RetryingWritesOptions {
  readonly clock: Clock;
  /** Ends the attempts. */
  readonly signal: AbortSignal;
  /** Told of the first attempt that fails, and when one succeeds again. */
  readonly onNotice?: ((sentence: string) => void) | undefined;
}

/**
 * Writes to the storage, again and again while that can't be reached: what is not stored is held, never dropped. What the storage has refused is not tried
 * again. Each write must be one that can be repeated, for one whose answer is lost may have been done.
 */
export class RetryingWrites {
  constructor(private readonly options: RetryingWritesOptions) {}

  /** @throws {StorageError} `lease-lost` and others; {DomainError}; the signal's reason */
  async write<T>(attempt: (isRepeated: boolean) => Promise<T>): Promise<T> {
    const { clock, signal, onNotice } = this.options;
    for (let pauseMs = FIRST_MS, isFirst = true; ; isFirst = false) {
      signal.throwIfAborted();
      try {
        const result = await attempt(!isFirst);
        if (!isFirst) onNotice?.('The storage answers again.');
        return result;
      } catch (error) {
        if (error instanceof StorageError || error instanceof DomainError) throw error;
        if (isRefused(error)) throw error;
        if (isFirst)
          onNotice?.(`The storage can't be written, it is tried again: ${String(error)}`);
      }
      await clock.sleep(pauseMs, signal);
      pauseMs = Math.min(pauseMs * 2, LONGEST_MS);
    }
  }
}

/**
 * SQLSTATEs that come of what is written, and will come again: data that can't be stored (22), a column that must have something or another value (23502, 23514), statements that
 * are wrong (42), limits (54).
 */
const REFUSED = /^(?:22|42|54)[0-9A-Z]{3}$|^235(?:02|14)$/;

/** Whether a database refuses what is written, whenever it is. */
export const isRefused = (error: unknown): boolean => REFUSED.test(codeOf(error));

/** SQLSTATEs of a connection that is gone, of a server that stops or starts, and of one that has no room for now. */
const AWAY =
  /^(?:08|53|57P)[0-9A-Z]{2,3}$|^(?:ECONN(?:REFUSED|RESET|ABORTED)|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;

/** Whether a database can't be reached now. Some of the driver's errors have a text alone. */
export const isAway = (error: unknown): boolean =>
  AWAY.test(codeOf(error)) ||
  (error instanceof Error && /connection terminated|timeout exceeded/i.test(error.message));

const codeOf = (error: unknown): string => {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' ? code : '';
};

/** Whether somebody else owns the job by now, at the bottom of whatever was made of that on the way. */
export function isLeaseLost(error: unknown): boolean {
  for (
    let at = error, depth = 0;
    at instanceof Error && depth < MAX_CAUSES;
    at = at.cause, depth += 1
  ) {
    if (at instanceof StorageError) return at.code === 'lease-lost';
  }
  return false;
}
