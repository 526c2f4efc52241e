import { errorText } from '@receptorjs/primitives';

/**
 * - `listen-failed`: the listener could not bind its address.
 * - `connect-failed`: a dialer that does not redial got no connection.
 * - `invalid-url`: what a WebSocket dialer was given is no `ws:` or `wss:` URL.
 * - `invalid-header`: an extra header is not of the form `key:value`.
 * - `invalid-path`: the path of a WebSocket listener does not begin with a slash.
 */
export type BackendErrorCode =
  'listen-failed' | 'connect-failed' | 'invalid-url' | 'invalid-header' | 'invalid-path';

/** An error of a backend. The system's own error is its `cause`, and its text ends the message. */
export class BackendError extends Error {
  override readonly name = 'BackendError';
  readonly code: BackendErrorCode;
  /** What the caller may do about it. */
  readonly hint: string | undefined;

  constructor(
    code: BackendErrorCode,
    message: string,
    options: { hint?: string; cause?: unknown } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.hint = options.hint;
  }
}

/** What the system says went wrong; of several addresses that were tried, with the first. */
export function reasonOf(cause: unknown): string {
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  return errorText(first);
}
