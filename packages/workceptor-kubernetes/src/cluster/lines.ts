import { KubernetesError } from '../errors.js';

/** Bytes of the longest line that is taken: an object may have some 1.5 MiB. */
const MAX_LINE_BYTES = 4 * 2 ** 20;

/**
 * The lines of a stream, without those that are blank. One that does not end is not held beyond a bound.
 *
 * @throws {KubernetesError} `bad-answer` for a line that is too long; what the stream throws
 */
export async function* linesOf(
  stream: AsyncIterable<Buffer>,
  maxBytes = MAX_LINE_BYTES,
): AsyncIterable<string> {
  // copied, for a line may come byte by byte, and each piece of a stream has its own cost
  let held: Buffer = Buffer.alloc(0);
  let length = 0;
  for await (const piece of stream) {
    let start = 0;
    for (let at = piece.indexOf(10); at >= 0; at = piece.indexOf(10, start)) {
      const line = Buffer.concat([held.subarray(0, length), piece.subarray(start, at)]).toString();
      length = 0;
      start = at + 1;
      if (line.trim() !== '') yield line;
    }
    const rest = piece.subarray(start);
    if (length + rest.length > maxBytes) {
      const message = `the API server sends a change of more than ${maxBytes} bytes`;
      throw new KubernetesError('bad-answer', message);
    }
    held = withRoom(held, length, rest.length);
    length += rest.copy(held, length);
  }
}

function withRoom(held: Buffer, length: number, more: number): Buffer {
  if (length + more <= held.length) return held;
  const larger = Buffer.allocUnsafe(Math.max(2 * held.length, length + more));
  held.copy(larger, 0, 0, length);
  return larger;
}
