/**
 * Where in a container's log somebody has stopped: behind some lines of one time stamp, and behind some bytes of the next one. Stamps have
 * nanoseconds, and still many lines may have the same.
 */
export interface LogCursor {
  /** The stamp as the kubelet writes it, such as `2026-01-02T03:04:05.678901234Z`; empty at the beginning of the log. */
  readonly stamp: string;
  /** Whole lines with this stamp that were taken. */
  readonly lines: number;
  /** Bytes that were taken of the line behind them, which has the same stamp. */
  readonly bytes: number;
}

/** The beginning of a log. */
export const LOG_START: LogCursor = { stamp: '', lines: 0, bytes: 0 };

/** A time to the nanosecond. */
interface Instant {
  readonly seconds: number;
  readonly nanoseconds: number;
}

const form = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

/** Bytes of the longest stamp there is, with the blank behind it. */
export const MAX_STAMP_BYTES = 36;

/** The time of a stamp; `undefined` when it is none. */
export function instantOf(stamp: string): Instant | undefined {
  const [, whole = '', fraction = '', zone = ''] = form.exec(stamp) ?? [];
  const milliseconds = Date.parse(whole + zone);
  if (Number.isNaN(milliseconds)) return undefined;
  return { seconds: milliseconds / 1_000, nanoseconds: Number(fraction.padEnd(9, '0')) };
}

/** Seconds from the second stamp to the first: less than 0 when the first one is earlier. Both must be stamps. */
export function compareStamps(first: string, second: string): number {
  const [a, b] = [instantOf(first), instantOf(second)];
  if (!a || !b) return 0;
  return a.seconds - b.seconds + (a.nanoseconds - b.nanoseconds) / 1e9;
}

/** The `sinceTime` that brings the line of a cursor again: the API server knows whole seconds only. */
export function sinceTimeOf({ stamp }: LogCursor): string | undefined {
  const instant = instantOf(stamp);
  return instant && `${new Date(instant.seconds * 1_000).toISOString().slice(0, 19)}Z`;
}
