/** What kind of mistake a {@link ConfigError} speaks of. */
export type ConfigErrorCode =
  | 'config-unknown-action'
  | 'config-unknown-field'
  | 'config-bad-value'
  | 'config-missing-field'
  | 'config-bare-value'
  | 'config-repeated'
  | 'config-exclusive'
  | 'config-file'
  | 'config-usage';

/**
 * A mistake in the command line or in a configuration file. Its message is one line that names the
 * action, the field and what is allowed, with the texts of the original in front
 * (`Error: ` before it is the caller's). Nothing has been started when it is thrown.
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(
    readonly code: ConfigErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
