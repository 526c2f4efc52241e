import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readUnitFile } from './unit-file.js';

/** Name of the file, in the folder of a unit whose stdin is not complete. */
export const submissionFileName = 'submission';

/** The most characters of a name: the ID of a node and of a unit. A longer one is none. */
const MAX_NAME_CHARACTERS = 512;

/** The name under which a submission comes again, when it is one. */
export function checkedName(name: string | undefined): string | undefined {
  return name === undefined || name.length > MAX_NAME_CHARACTERS ? undefined : name;
}

/** Keeps a name for after a restart. Written before the status of the unit is, so that there is no unit without it. */
export function writeSubmissionName(unitDir: string, name: string): void {
  writeFileSync(join(unitDir, submissionFileName), name, { flag: 'wx', mode: 0o600 });
}

/** The name of a unit's submission, while its stdin was not complete. */
export function readSubmissionName(unitDir: string): string | undefined {
  try {
    return checkedName(readUnitFile(join(unitDir, submissionFileName)));
  } catch {
    // it has none, or not any more
    return undefined;
  }
}

/** The stdin of the unit is complete: its submission does not come again. */
export function forgetSubmissionName(unitDir: string): void {
  rmSync(join(unitDir, submissionFileName), { force: true });
}
