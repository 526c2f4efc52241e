import { statSync } from 'node:fs';
import { factsOf, type Action } from '@receptorjs/receptor-config';
import { checkKeyFile } from '@receptorjs/workceptor';
import { withLocation } from '../with-location.js';

/**
 * Looks for the files that an action names and that are read only when work is submitted, and at the kind of key in those that hold one.
 *
 * @throws {Error} for one that is not there, in the original's words and with the system's error as its cause, or that holds no such key
 */
export async function checkNamedFiles(action: Action): Promise<void> {
  for (const { path, missing, key } of factsOf(action).namedFiles) {
    if (!path) continue;
    checkIsThere(path, missing);
    if (key !== undefined) await checkKeyFile(path, key);
  }
}

/**
 * Looks at the named files of all actions.
 *
 * @throws {Error} for the first that is not there or no good, with the place of the action
 */
export async function checkAllNamedFiles(actions: readonly Action[]): Promise<void> {
  for (const action of actions) {
    try {
      await checkNamedFiles(action);
    } catch (error) {
      throw withLocation(error, action);
    }
  }
}

function checkIsThere(path: string, missing: string): void {
  try {
    statSync(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new Error(missing, { cause });
  }
}
