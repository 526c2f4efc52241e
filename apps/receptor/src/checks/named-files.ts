import { statSync } from 'node:fs';
import type { Action } from '@receptorjs/receptor-config';
import { withLocation } from '../with-location.js';

/**
 * Looks for the files that an action names and that are read only when work is submitted.
 *
 * @throws {Error} in the original's words for one that is not there, with the system's error as its cause
 */
export function checkNamedFiles(action: Action): void {
  switch (action.action) {
    case 'work-signing': {
      exists(action.fields.privatekey, (file) => `${file} does not exist`);
      return;
    }
    case 'work-verification': {
      exists(action.fields.publickey, (file) => `${file} does not exist`);
      return;
    }
    case 'work-kubernetes': {
      exists(
        action.fields.kubeconfig,
        (file) => `error accessing kubeconfig file: stat ${file}: no such file or directory`,
      );
      return;
    }
    default:
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

function exists(file: string | undefined, missing: (file: string) => string): void {
  if (!file) return;
  try {
    statSync(file);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new Error(missing(file), { cause });
  }
}
