import { errorText } from '@receptorjs/primitives';
import type { ClusterApi } from '../cluster/cluster-api.js';
import { sinceTimeOf, type LogCursor } from './log-cursor.js';
import { LogReader } from './log-reader.js';

/** A request for a log from where it has stopped. */
export interface LogAttempt {
  readonly api: ClusterApi;
  readonly namespace: string;
  readonly name: string;
  readonly from: LogCursor;
  /** Whether to wait for more at its end. */
  readonly follow: boolean;
  readonly signal: AbortSignal;
  /** Takes bytes of the container, and where the log goes on behind them. Nothing is read meanwhile. The first ones tell of lines that are missing before them. */
  readonly onBytes: (
    pieces: readonly Uint8Array[],
    cursor: LogCursor,
    hole: LogHole | undefined,
  ) => Promise<void>;
}

/** Lines may be missing between a cursor and what came: the cursor's own line is not there any more. */
export interface LogHole {
  /** From the cursor to the first line that came. */
  readonly seconds: number;
}

/** How an attempt has ended. */
export interface LogEnd {
  /** Where the next one goes on. */
  readonly cursor: LogCursor;
  readonly hole: LogHole | undefined;
  /** Whether the API server has ended it, and not the way there. That alone says nothing of the pod. */
  readonly isWhole: boolean;
  /** Why it is not whole, or what the kubelet has said in the place of the log. */
  readonly problem: string | undefined;
}

/**
 * Reads a log from a cursor on, for as long as it comes.
 *
 * @throws {KubernetesError} when nothing of it came; what `onBytes` throws; the signal's reason
 */
export async function readLog(attempt: LogAttempt): Promise<LogEnd> {
  const { api, namespace, name, from, follow, signal, onBytes } = attempt;
  const reader = new LogReader(from);
  const request = { follow, sinceTime: sinceTimeOf(from) };
  const answer = await api.podLog(namespace, name, request, signal);
  let cut: string | undefined;
  try {
    const pieces = answer[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    for (;;) {
      let next: IteratorResult<Buffer>;
      try {
        next = await pieces.next();
      } catch (error) {
        signal.throwIfAborted();
        cut = errorText(error);
        break;
      }
      if (next.done === true) break;
      const given = reader.take(next.value);
      if (given.length > 0) await onBytes(given, reader.cursor, holeOf(reader));
    }
  } finally {
    answer.destroy();
  }
  reader.end();
  const { cursor, message } = reader;
  const problem = cut ?? (message === '' ? undefined : message);
  return { cursor, hole: holeOf(reader), isWhole: problem === undefined, problem };
}

function holeOf({ hasHole, gapSeconds }: LogReader): LogHole | undefined {
  return hasHole ? { seconds: gapSeconds } : undefined;
}
