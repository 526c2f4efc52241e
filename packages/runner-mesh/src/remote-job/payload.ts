import { PassThrough, type Readable, type Writable } from 'node:stream';

/** What a unit gets as its stdin. It is written as fast as it is taken. */
export interface Payload {
  readonly stream: Readable;
  /** Why it can't be written; the stream has failed with it. */
  readonly failure: unknown;
}

/** Begins to write a payload; destroying its stream stops that. */
export function openPayload(write: (output: Writable) => Promise<void>): Payload {
  const stream = new PassThrough();
  // It may fail before it has a reader, or after.
  stream.on('error', () => undefined);
  const payload: { stream: Readable; failure: unknown } = { stream, failure: undefined };
  write(stream).then(
    () => stream.end(),
    (error: unknown) => {
      if (stream.destroyed) return;
      payload.failure = error;
      stream.destroy(error instanceof Error ? error : new Error(String(error)));
    },
  );
  return payload;
}
