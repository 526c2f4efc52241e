/** Why a machine did not join, in a sentence, with the exit code: 1 for what failed, 2 for a command line that is not understood. */
export class JoinFailure extends Error {
  override readonly name = 'JoinFailure';

  constructor(
    message: string,
    readonly exitCode: 1 | 2 = 1,
    /** Whether the controller may have taken the request: the key is kept then, with which it may be sent again. */
    readonly mayHaveArrived = false,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
