import { isDirectStream, type DirectStream } from '@receptorjs/primitives';
import type { Writable } from 'node:stream';
import { ControlError } from './errors.js';

/** What is no longer is copied rather than waited for. */
const COPIED_BYTES = 16 * 1024;

/**
 * Writes one chunk and waits while the stream's buffer is full. The chunk must not be changed any more.
 *
 * @throws {ControlError} `closed` when the stream is ended or destroyed, or gets so
 */
export function writeChunk(stream: Writable, data: Uint8Array | string): Promise<void> {
  if (isDirectStream(stream)) return writeDirectly(stream, bufferOf(data));
  if (isOver(stream)) return Promise.reject(closed('is'));
  if (stream.write(data)) return Promise.resolve();
  return unlessClosed(stream, (done) => {
    stream.once('drain', done);
    return () => stream.off('drain', done);
  });
}

/**
 * Writes memory that is used again: resolves when the stream does not need it any more, which is when there is room for more too.
 *
 * @throws {ControlError} as {@link writeChunk}
 */
export function writeMemory(stream: Writable, memory: Uint8Array): Promise<void> {
  if (isDirectStream(stream)) return writeDirectly(stream, bufferOf(memory));
  if (memory.length <= COPIED_BYTES) return writeChunk(stream, Buffer.from(memory));
  if (isOver(stream)) return Promise.reject(closed('is'));
  return unlessClosed(stream, (done) => {
    stream.write(memory, (error) => {
      if (!error) done();
    });
    return () => undefined;
  });
}

function writeDirectly(stream: DirectStream, memory: Buffer): Promise<void> {
  if (isOver(stream)) return Promise.reject(closed('is'));
  let rest = memory.subarray(stream.writeNow(memory));
  if (rest.length === 0) return Promise.resolve();
  return unlessClosed(stream, (done) => {
    const goOn = (): void => {
      rest = rest.subarray(stream.writeNow(rest));
      if (rest.length === 0) done();
      else stream.whenWritable(goOn);
    };
    stream.whenWritable(goOn);
    return () => undefined;
  });
}

/** Resolves when `begin` says that it is done; it returns what ends its waiting when the stream closes before. */
function unlessClosed(stream: Writable, begin: (done: () => void) => () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const onClose = (): void => {
      giveUp();
      reject(closed('was'));
    };
    stream.once('close', onClose);
    const giveUp = begin(() => {
      stream.off('close', onClose);
      resolve();
    });
  });
}

function isOver(stream: Writable): boolean {
  return stream.destroyed || stream.writableEnded;
}

function bufferOf(data: Uint8Array | string): Buffer {
  if (typeof data === 'string') return Buffer.from(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data.buffer, data.byteOffset, data.length);
}

function closed(when: 'is' | 'was'): ControlError {
  return new ControlError('closed', `connection ${when} closed`);
}
