import type { WaitOptions } from '@receptorjs/control-protocol';
import type { ControlConnection } from '../connection/control-connection.js';
import {
  createdUnit,
  notCreated,
  startResult,
  stdinMark,
  submitLine,
  type SubmitRequest,
  type SubmitResult,
} from './submission.js';
import { writeStdin, type Payload } from './write-stdin.js';

/** A stdin whose size is known before it is sent. */
export interface SizedStdin {
  readonly bytes: number;
  /** Gives the stdin; called once. */
  readonly open: () => Payload;
  /** Called when the unit has an ID and waits for its stdin, which is sent once this has resolved; a rejection breaks the connection off. */
  readonly onUnit?: ((unitId: string) => Promise<void> | void) | undefined;
  /** Whether the node is known to be one of the original, which is asked for nothing that it would refuse. Default false. */
  readonly isPlain?: boolean | undefined;
  /** Milliseconds the node may take to start the unit once the stdin has left this process; default: no limit, for it first stores all of it. */
  readonly startTimeoutMs?: number | undefined;
}

/** The answer to such a submission. */
export interface SizedResult extends SubmitResult {
  /** Whether the node takes a stdin by its size, so that the connection serves further requests. Otherwise its end is the end of stdin. */
  readonly knowsSize: boolean;
  /** Whether it knows neither that nor a mark by which stdin ends, as nodes of the original. */
  readonly isPlain: boolean;
}

/**
 * Submits a unit whose stdin has a known number of bytes; only for use inside an exchange. The same write names the size and the mark by
 * which stdin ends otherwise; nodes that do not know a request refuse it, and the original gets the stdin without.
 *
 * @throws {ControlError} `remote-error` when the node refuses, `wrong-size`, `protocol`, or as the connection does; the connection is closed
 *   unless it is in step
 */
export async function submitSized(
  connection: ControlConnection,
  request: SubmitRequest,
  stdin: SizedStdin,
  wait: WaitOptions = {},
): Promise<SizedResult> {
  const { bytes, open, onUnit, isPlain = false } = stdin;
  const { startTimeoutMs: timeoutMs = Number.POSITIVE_INFINITY } = stdin;
  const mark = stdinMark();
  let isInStep = false;
  try {
    const asked = isPlain ? [] : [`stdin-size ${bytes}`, `stdin-end ${mark}`];
    connection.write(...asked, submitLine(request));
    const knows = async (): Promise<boolean> =>
      !isPlain && !(await connection.line(wait)).startsWith('ERROR');
    const knowsSize = await knows();
    const knowsEnd = await knows();
    const line = await connection.line(wait);
    const unitId = createdUnit(line);
    if (unitId === undefined) {
      isInStep = knowsSize && line.startsWith('ERROR');
      throw notCreated(line);
    }
    await onUnit?.(unitId);
    const end = knowsSize ? { bytes } : { mark: knowsEnd ? mark : '' };
    await writeStdin(connection.stream, open(), end, wait.signal);
    const answer = await connection.line({ ...wait, timeoutMs });
    // the node reads no further request of a connection whose stdin it has refused
    const result = startResult(connection, answer);
    isInStep = knowsSize;
    return { unitId, result, knowsSize, isPlain: !knowsSize && !knowsEnd };
  } finally {
    if (!isInStep) connection.close();
  }
}
