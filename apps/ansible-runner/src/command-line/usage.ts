/** The command line can't be carried out; `exitCode` is 2 for wrong usage, 1 for what the original ends with 1. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'usage';

  /** @param before what is shown before the message: the usage, where that helps */
  constructor(
    message: string,
    readonly exitCode: 1 | 2 = 2,
    private readonly before = 'ansible-runner: ',
  ) {
    super(message);
  }

  /** The lines that are shown. */
  get shown(): string {
    return `${this.before}${this.message}\n`;
  }
}

/** The command line asked for a text that is shown on stdout, and for nothing else. */
export class Answered extends Error {
  override readonly name = 'Answered';
  readonly code = 'answered';

  constructor(readonly text: string) {
    super(text);
  }
}
