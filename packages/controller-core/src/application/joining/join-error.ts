/**
 * Why a machine does not become a node, or a token is not made:
 *
 * - `refused-token`: it is not known, has expired, was used, or is for something else
 * - `node-exists`: there is such a node, and the token is not for it
 * - `nobody-listens`: no node of the control plane is to be linked to
 * - `bad-request`: what was sent is not understood
 */
export type JoinErrorCode = 'refused-token' | 'node-exists' | 'nobody-listens' | 'bad-request';

/** A refusal, in a sentence for people. Recognize it by `code`. */
export class JoinError extends Error {
  override readonly name = 'JoinError';

  constructor(
    readonly code: JoinErrorCode,
    message: string,
    /** The field of the request that is wrong, where it is one. */
    readonly field?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
