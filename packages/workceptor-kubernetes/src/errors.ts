/**
 * What a {@link KubernetesError} can be about:
 *
 * - `bad-config`: the cluster's configuration can't be used; the message says why
 * - `unreachable`: no connection, or no answer in time
 * - `unauthorized`, `forbidden`: the API server does not know whoever asks, or does not let them
 * - `not-found`, `already-exists`: the object is not there, or its name is taken
 * - `conflict`: the object is another one than was meant
 * - `gone`: what was asked for is older than what the API server remembers
 * - `busy`: the API server asks to come again later
 * - `server`: the API server has failed
 * - `refused`: the API server takes the request for wrong, or for too much
 * - `bad-answer`: the answer is none that can be understood
 */
export type KubernetesErrorCode =
  | 'bad-config'
  | 'unreachable'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'already-exists'
  | 'conflict'
  | 'gone'
  | 'busy'
  | 'server'
  | 'refused'
  | 'bad-answer';

/** A request to a cluster that failed. Recognize it by `code`; its message is what the API server says, where it says something. */
export class KubernetesError extends Error {
  override readonly name = 'KubernetesError';

  constructor(
    readonly code: KubernetesErrorCode,
    message: string,
    readonly options: {
      readonly cause?: unknown;
      /** Milliseconds that the API server asks to wait. */
      readonly retryAfterMs?: number | undefined;
    } = {},
  ) {
    super(message, { cause: options.cause });
  }
}

const passing = new Set<KubernetesErrorCode>(['unreachable', 'busy', 'server', 'bad-answer']);

/** Whether the same request may well succeed a while later, with nothing changed by anybody. */
export function isPassing(error: unknown): boolean {
  return error instanceof KubernetesError && passing.has(error.code);
}

/** Whether a request has come no further than to an address that was not found, or where nobody listens. */
export function wasNotSent(error: unknown): boolean {
  const { cause } = error as Error;
  const { syscall } = (cause ?? {}) as NodeJS.ErrnoException;
  return syscall === 'connect' || syscall === 'getaddrinfo';
}

/** Whether an error says that the object is not there. */
export function isNotFound(error: unknown): boolean {
  return error instanceof KubernetesError && error.code === 'not-found';
}

const byReason = new Map<string | undefined, KubernetesErrorCode>([
  ['Unauthorized', 'unauthorized'],
  ['Forbidden', 'forbidden'],
  ['NotFound', 'not-found'],
  ['AlreadyExists', 'already-exists'],
  ['Conflict', 'conflict'],
  ['Gone', 'gone'],
  ['Expired', 'gone'],
  ['TooManyRequests', 'busy'],
]);

const byStatus = new Map<number, KubernetesErrorCode>([
  [401, 'unauthorized'],
  [403, 'forbidden'],
  [404, 'not-found'],
  [408, 'unreachable'],
  [410, 'gone'],
  [429, 'busy'],
]);

/** What a status of HTTP and the reason of a `Status` object are about. */
export function codeOf(status: number, reason: string | undefined): KubernetesErrorCode {
  const code = byReason.get(reason) ?? byStatus.get(status);
  if (code !== undefined) return code;
  return status >= 500 ? 'server' : 'refused';
}
