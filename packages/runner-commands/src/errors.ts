/** What a {@link CommandError} is about; recognise errors by this, never by their text. */
export type CommandErrorCode = 'unreadable-response' | 'output-too-large';

/** Thrown when a command did what it was asked for, but its output can't be given back. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code: CommandErrorCode;

  constructor(code: CommandErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
