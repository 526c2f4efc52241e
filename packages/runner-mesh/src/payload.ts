import { transmit, type TransmitOptions } from '@receptorjs/runner-streaming';
import { PassThrough, type Readable } from 'node:stream';

/** A job as bytes. They are read from the private data dir as fast as they are taken. */
export interface Payload {
  readonly stream: Readable;
  /** Why the job can't be read; the stream has failed with it. */
  readonly failure: unknown;
}

/** Begins to read a job; destroying its stream stops that. */
export function openPayload(options: Omit<TransmitOptions, 'output'>): Payload {
  const stream = new PassThrough();
  // It may fail before anybody reads it, or after.
  stream.on('error', () => undefined);
  const payload: { stream: Readable; failure: unknown } = { stream, failure: undefined };
  transmit({ ...options, output: stream }).then(
    () => stream.end(),
    (error: unknown) => {
      if (stream.destroyed) return;
      payload.failure = error;
      stream.destroy(error instanceof Error ? error : new Error(String(error)));
    },
  );
  return payload;
}
