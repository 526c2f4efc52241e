/** Why units can't be traced; `code` is `no-library` (the packages of OpenTelemetry are not installed) or `bad-endpoint`. */
export class TracesError extends Error {
  override readonly name = 'TracesError';

  constructor(
    readonly code: 'no-library' | 'bad-endpoint',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
