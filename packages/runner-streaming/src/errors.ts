/** What a {@link StreamError} is about; recognise errors by this, never by their text. */
export type StreamErrorCode =
  | 'bad-line'
  | 'truncated'
  | 'bad-archive'
  | 'unsafe-archive'
  | 'no-space'
  | 'file-changed'
  | 'bad-name'
  | 'missing-blobs';

/** A stream between transmit, worker and process, or an archive in it, that can't be used. */
export class StreamError extends Error {
  override readonly name = 'StreamError';
  readonly code: StreamErrorCode;

  constructor(code: StreamErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
