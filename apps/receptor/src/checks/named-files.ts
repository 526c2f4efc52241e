import { statSync } from 'node:fs';
import { factsOf, type Action } from '@receptorjs/receptor-config';
import { withLocation } from '../with-location.js';

/**
 * Looks for the files that an action names and that are read only when work is submitted.
 *
 * @throws {Error} in the original's words for one that is not there, with the system's error as its cause
 */
export function checkNamedFiles(action: Action): void {
  for (const { path, missing } of factsOf(action).namedFiles) {
    if (path) checkIsThere(path, missing);
  }
}

/**
 * Looks for the named files of all actions.
 *
 * @throws {Error} for the first that is not there, with the place of the action
 */
export function checkAllNamedFiles(actions: readonly Action[]): void {
  for (const action of actions) {
    try {
      checkNamedFiles(action);
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
