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
}

/** The answer to such a submission. */
export interface SizedResult extends SubmitResult {
  /** Whether the node takes a stdin by its size, so that the connection serves further requests. Otherwise its end is the end of stdin. */
  readonly knowsSize: boolean;
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
  { bytes, open, onUnit }: SizedStdin,
  wait: WaitOptions = {},
): Promise<SizedResult> {
  const mark = stdinMark();
  let isInStep = false;
  try {
    connection.write(`stdin-size ${bytes}`, `stdin-end ${mark}`, submitLine(request));
    const knowsSize = !(await connection.line(wait)).startsWith('ERROR');
    const knowsEnd = !(await connection.line(wait)).startsWith('ERROR');
    const line = await connection.line(wait);
    const unitId = createdUnit(line);
    if (unitId === undefined) {
      isInStep = knowsSize && line.startsWith('ERROR');
      throw notCreated(line);
    }
    await onUnit?.(unitId);
    const end = knowsSize ? { bytes } : { mark: knowsEnd ? mark : '' };
    await writeStdin(connection.stream, open(), end, wait.signal);
    const answer = await connection.line(wait);
    // the node reads no further request of a connection whose stdin it has refused
    const result = startResult(connection, answer);
    isInStep = knowsSize;
    return { unitId, result, knowsSize };
  } finally {
    if (!isInStep) connection.close();
  }
}
