/**
 * What a {@link ControlServiceError} can be about:
 *
 * - `bad-request`: the text of an `ERROR:` reply to a request that is not as documented
 * - `socket-in-use`: another running node serves the unix socket
 * - `no-such-folder`: the folder of the unix socket is not there
 * - `path-not-a-socket`: something that is not a socket is where the unix socket should be
 * - `path-too-long`: the path of a unix socket is longer than the operating system takes
 * - `listen-failed`: the operating system refused to listen
 * - `stdin-cut`: the connection of a submission ended before the mark that ends stdin
 */
export type ControlServiceErrorCode =
  | 'bad-request'
  | 'socket-in-use'
  | 'no-such-folder'
  | 'path-not-a-socket'
  | 'path-too-long'
  | 'listen-failed'
  | 'stdin-cut';

/** The one error class of this package. Recognize it by `code`. */
export class ControlServiceError extends Error {
  override readonly name = 'ControlServiceError';

  constructor(
    readonly code: ControlServiceErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** The error for a request that is refused before anything was done; `message` is the reply's text. */
export function badRequest(message: string): ControlServiceError {
  return new ControlServiceError('bad-request', message);
}
