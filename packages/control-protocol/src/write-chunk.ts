import type { Writable } from 'node:stream';
import { ControlError } from './errors.js';

/**
 * Writes one chunk and waits while the stream's buffer is full.
 *
 * @throws {ControlError} `closed` when the stream is ended or destroyed, or gets so
 */
export function writeChunk(stream: Writable, data: Uint8Array | string): Promise<void> {
  if (stream.destroyed || stream.writableEnded) {
    return Promise.reject(new ControlError('closed', 'connection is closed'));
  }
  if (stream.write(data)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const onDrain = (): void => {
      stream.off('close', onClose);
      resolve();
    };
    const onClose = (): void => {
      stream.off('drain', onDrain);
      reject(new ControlError('closed', 'connection was closed'));
    };
    stream.once('drain', onDrain);
    stream.once('close', onClose);
  });
}
