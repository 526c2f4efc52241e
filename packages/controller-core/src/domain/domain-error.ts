/**
 * What a {@link DomainError} can be about:
 *
 * - `out-of-range`: a number that it can't be
 * - `no-such-transition`: what a state machine does not allow
 * - `unknown-name`: something that nothing is known of
 * - `not-a-pod`: the override of a container group makes no pod
 * - `no-image`: a pod without an image
 * - `too-many-hosts`: more hosts than an organization may have
 */
export type DomainErrorCode =
  | 'out-of-range'
  | 'no-such-transition'
  | 'unknown-name'
  | 'not-a-pod'
  | 'no-image'
  | 'too-many-hosts';

/** A rule of the domain that was broken by whoever called. Recognize it by `code`. */
export class DomainError extends Error {
  override readonly name = 'DomainError';

  constructor(
    readonly code: DomainErrorCode,
    message: string,
  ) {
    super(message);
  }
}
