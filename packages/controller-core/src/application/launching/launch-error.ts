/** What is wrong with a launch, by field. */
export type LaunchProblems = Readonly<Record<string, readonly string[]>>;

/** A launch that is refused: no job has been made. */
export class LaunchError extends Error {
  override readonly name = 'LaunchError';

  constructor(readonly problems: LaunchProblems) {
    super(JSON.stringify(problems));
  }
}

/** @throws {LaunchError} where there is a problem */
export function refuseProblems(problems: LaunchProblems): void {
  if (Object.keys(problems).length > 0) throw new LaunchError(problems);
}
