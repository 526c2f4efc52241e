import type { IncomingMessage } from 'node:http';

/** Bytes of an answer's body that are passed over, and the milliseconds it may take: nothing in it is of interest. */
export const MAX_ANSWER_BYTES = 64 * 1024;
const ANSWER_MS = 2_000;

/**
 * Passes over the body of an answer, so that its connection can be used again. One that is longer or takes longer loses its
 * connection. Never rejects.
 */
export function passOver(response: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let bytes = 0;
    const timer = setTimeout(() => response.destroy(), ANSWER_MS);
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_ANSWER_BYTES) response.destroy();
    });
    response.on('error', done).once('end', done).once('close', done);
  });
}
