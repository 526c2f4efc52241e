import { errorText } from '@receptorjs/primitives';

/** What a {@link RunnerError} is about; recognise errors by this, never by their text. */
export type RunnerErrorCode = 'configuration' | 'callback' | 'event-data' | 'input' | 'unsafe-file';

/** Base of the errors this package throws. */
export class RunnerError extends Error {
  override readonly name: string = 'RunnerError';
  readonly code: RunnerErrorCode;

  constructor(code: RunnerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * The run was asked for in a way that can't be carried out: an option, a file in the private data
 * dir, or the machine (no Python). Thrown before anything was started.
 */
export class ConfigurationError extends RunnerError {
  override readonly name = 'ConfigurationError';

  constructor(message: string, options?: ErrorOptions) {
    super('configuration', message, options);
  }
}

/**
 * A handler the caller passed in threw. The job was ended and its `status` and `rc` were written
 * before this is thrown; `cause` is what the handler threw.
 */
export class CallbackError extends RunnerError {
  override readonly name = 'CallbackError';

  constructor(handler: string, cause: unknown) {
    super('callback', `Exception in ${handler}: ${errorText(cause)}`, { cause });
  }
}

/** The output announced an event whose data did not come, and the run was asked to check that. The job was ended before. */
export class EventDataError extends RunnerError {
  override readonly name = 'EventDataError';

  constructor(uuid: string) {
    super(
      'event-data',
      `The data of the event ${uuid} did not arrive, though its text did (checkJobEventData).`,
    );
  }
}

/**
 * Something in a folder that others may have made is no regular file, is larger than allowed, or does not hold what it should.
 * It was left alone.
 */
export class UnsafeFileError extends RunnerError {
  override readonly name = 'UnsafeFileError';
  /** What it is about. */
  readonly path: string;

  constructor(path: string, why: string, options?: ErrorOptions) {
    super('unsafe-file', `${JSON.stringify(path)} can't be used as a file: ${why}.`, options);
    this.path = path;
  }
}

/** The `code` of a system error such as `ENOENT`, or `undefined`. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

/** The stream a command was to read from failed before its end. The command was ended before. */
export class InputError extends RunnerError {
  override readonly name = 'InputError';

  constructor(cause: Error) {
    super('input', `The input of the command broke off: ${cause.message}`, { cause });
  }
}
