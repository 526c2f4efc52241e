import type { LineReader } from '@receptorjs/control-protocol';
import { badRequest, ControlServiceError } from '../errors.js';
import { stringField, type Request } from './request.js';

/** Printable characters without a space: enough of them that no stdin ends so by chance. */
const markPattern = /^[!-~]{16,128}$/;

/**
 * The mark by which the stdin of submissions on a connection ends from now on, out of `stdin-end MARK` or the field
 * `mark`.
 *
 * See docs/decisions/0082-the-end-of-stdin-is-marked.md.
 *
 * @throws {ControlServiceError} `bad-request`
 */
export function stdinMark(request: Request): string {
  const mark = request.form === 'line' ? request.text : stringField(request.fields, 'mark');
  if (markPattern.test(mark)) return mark;
  throw badRequest('stdin-end takes a mark of 16 to 128 printable characters without spaces');
}

/**
 * The input without the mark it ends by.
 *
 * @throws {ControlServiceError} `stdin-cut` at an end without the mark
 */
export async function* untilMark(
  input: AsyncIterable<Uint8Array>,
  mark: string,
): AsyncGenerator<Uint8Array, void> {
  const end = Buffer.from(mark);
  let held = Buffer.alloc(0);
  for await (const chunk of input) {
    const bytes = Buffer.concat([held, chunk]);
    const free = Math.max(0, bytes.length - end.length);
    if (free > 0) yield bytes.subarray(0, free);
    // a copy, so that it does not keep the whole chunk
    held = Buffer.from(bytes.subarray(free));
  }
  if (held.equals(end)) return;
  throw wasCut();
}

/**
 * How many bytes the stdin of the next submission on a connection has, out of `stdin-size BYTES` or the field `bytes`. The connection
 * serves further requests behind them.
 *
 * See docs/decisions/0127-one-connection-for-a-unit.md.
 *
 * @throws {ControlServiceError} `bad-request`
 */
export function stdinSize(request: Request): number {
  const bytes = request.form === 'line' ? request.text : request.fields['bytes'];
  const size = typeof bytes === 'string' && /^\d+$/.test(bytes) ? Number(bytes) : bytes;
  if (typeof size === 'number' && Number.isSafeInteger(size) && size >= 0) return size;
  throw badRequest(`stdin-size takes a number of bytes, 0 to ${Number.MAX_SAFE_INTEGER}`);
}

/**
 * Input of so many bytes.
 *
 * @throws {ControlServiceError} `stdin-cut` when the connection ends before
 */
export async function* sizedStdin(
  lines: LineReader,
  size: number,
): AsyncGenerator<Uint8Array, void> {
  try {
    yield* lines.bytes(size);
  } catch {
    throw wasCut();
  }
}

function wasCut(): ControlServiceError {
  return new ControlServiceError(
    'stdin-cut',
    'the connection was cut before the end of stdin was sent',
  );
}
