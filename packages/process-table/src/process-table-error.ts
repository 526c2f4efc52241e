/** The processes of this machine can't be listed. */
export class ProcessTableError extends Error {
  readonly code = 'no-process-table';

  constructor(reason: string, options?: ErrorOptions) {
    super(`The processes of this machine can't be listed: ${reason}.`, options);
    this.name = 'ProcessTableError';
  }
}
