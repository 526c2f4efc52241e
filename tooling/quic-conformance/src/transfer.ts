import { createHash } from 'node:crypto';
import type { QuicConnection } from '@receptorjs/quic-engine';
import type { Link } from './link.js';

const EMPTY = Buffer.alloc(0);
/** No part of the content: with it a dialer opens the stream. */
export const MARKER = Buffer.from('m');

/** Reads all there is now; true at the end of the stream. */
export function readAll(
  from: QuicConnection,
  take: (bytes: Buffer) => void,
  max = 65_536,
): boolean {
  const room = Buffer.allocUnsafe(max);
  for (let read = from.read(room); read !== undefined; read = from.read(room)) {
    take(room.subarray(0, read[0]));
    if (read[1]) return true;
  }
  return false;
}

/** Opens the stream of a link, so that either end can write. */
export async function openStream(link: Link): Promise<void> {
  link.dialer.write(MARKER, false);
  await link.until(() => link.listener.readable);
  readAll(link.listener, () => undefined);
}

/**
 * Sends `total` bytes from one end to the other, ends that direction, and resolves with whether the same arrived.
 *
 * @param readMax - How much is read at once, in bytes.
 */
export async function transfer(
  link: Link,
  from: QuicConnection,
  to: QuicConnection,
  total: number,
  readMax?: number,
): Promise<boolean> {
  const chunk = Buffer.alloc(61_440);
  for (let at = 0; at < chunk.length; at++) chunk[at] = (at * 31 + (at >> 8)) & 0xff;
  const [sent, got] = [createHash('sha1'), createHash('sha1')];
  let [written, received, finished, ended] = [0, 0, false, false];
  await link.until(
    () => ended,
    () => {
      while (written < total) {
        const begin = written % chunk.length;
        const piece = chunk.subarray(begin, Math.min(chunk.length, begin + total - written));
        const taken = from.write(piece, false);
        if (taken === 0) break;
        sent.update(piece.subarray(0, taken));
        written += taken;
      }
      if (written === total && !finished) finished = from.write(EMPTY, true) >= 0;
      ended ||= readAll(
        to,
        (bytes) => {
          received += bytes.length;
          got.update(bytes);
        },
        readMax,
      );
    },
  );
  return received === total && sent.digest('hex') === got.digest('hex');
}
