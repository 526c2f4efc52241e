/** The peer has given up a direction of the stream: it sends no more of it, or reads no more. */
export class StreamCanceled extends Error {
  override readonly name = 'StreamCanceled';
  readonly code = 'stream-canceled';
  /** What the peer says, where the engine knows. */
  readonly errorCode: number | undefined;

  constructor(direction: 'reading' | 'writing', errorCode: number | undefined) {
    const what = direction === 'reading' ? 'sends no more' : 'reads no more';
    super(errorCode === undefined ? `the peer ${what}` : `the peer ${what} (code ${errorCode})`);
    this.errorCode = errorCode;
  }
}
