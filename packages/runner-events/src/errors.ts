/** What an {@link EventPluginError} is about; recognise errors by this, never by their text. */
export type EventPluginErrorCode =
  /** Settings that can't be used; the run is refused. */
  | 'configuration'
  /** The receiver will never take this message; it is counted as dropped and the next one is sent. */
  | 'refused'
  /** The receiver did not take a message now; it is sent again. */
  | 'unreachable'
  /** An installed package that calls itself a plugin can't be loaded. */
  | 'plugin';

/** Thrown by plugins and by what carries their messages. */
export class EventPluginError extends Error {
  override readonly name = 'EventPluginError';
  readonly code: EventPluginErrorCode;

  constructor(code: EventPluginErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
