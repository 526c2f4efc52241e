/** Why metrics can't be served; `code` is `listen-failed`: the address can't be listened on. */
export class MetricsError extends Error {
  override readonly name = 'MetricsError';

  constructor(
    readonly code: 'listen-failed',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
