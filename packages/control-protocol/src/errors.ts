import type { WorkResult } from './work-result.js';

/**
 * What a {@link ControlError} can be about:
 *
 * - `bad-address`: a socket address that has none of the known forms
 * - `connect-failed`: nothing answers at the address, or the connection was refused
 * - `timeout`: the other end did not answer within the stated time
 * - `aborted`: the caller's signal fired
 * - `closed`: the connection ended before the reply was complete
 * - `protocol`: the other end does not speak the control protocol, or not as documented
 * - `line-too-long`: a line is longer than the reader's bound
 * - `line-refused`: a line must not begin so, or there is no memory left for its end
 * - `line-cut-off`: the stream ended in the middle of a line
 * - `remote-error`: the other end answered with an `ERROR:` line; `message` is its text without that prefix
 * - `work-failed`, `work-canceled`: the unit of work has ended so; `work` has its status and what is there of its stdout
 * - `output-too-long`: a unit has more stdout than its caller wants to collect
 * - `lost`: the node could not be reached again in time; a unit of work there goes on
 * - `wrong-size`: a stdin has another number of bytes than its caller has said
 * - `one-connection`: the client has one stream only, and the request needs further ones
 */
export type ControlErrorCode =
  | 'bad-address'
  | 'connect-failed'
  | 'timeout'
  | 'aborted'
  | 'closed'
  | 'protocol'
  | 'line-too-long'
  | 'line-refused'
  | 'line-cut-off'
  | 'remote-error'
  | 'work-failed'
  | 'work-canceled'
  | 'output-too-long'
  | 'lost'
  | 'wrong-size'
  | 'one-connection';

/** The one error class of this package. Recognize it by `code`; `cause` holds what lay beneath. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
  /** The unit that has ended, for `work-failed` and `work-canceled`. */
  readonly work: WorkResult | undefined;

  constructor(
    readonly code: ControlErrorCode,
    message: string,
    options?: { cause?: unknown; work?: WorkResult },
  ) {
    super(message, options);
    this.work = options?.work;
  }
}

/** Whether the other node has answered, with an error; anything else means that it could not be reached. */
export function isRemoteAnswer(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && error.code === 'remote-error';
}

/** Whether the other node has answered that it does not know the unit. */
export function isUnknownUnit(error: unknown): boolean {
  return isRemoteAnswer(error) && error.message.includes('unknown work unit');
}

/** Whether the other node has answered that it has no such command, as the original does to `work watch`. */
export function isBadCommand(error: unknown): boolean {
  return isRemoteAnswer(error) && error.message === 'bad command';
}
