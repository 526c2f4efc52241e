import {
  encodeJson,
  parseJson,
  parseUnitStatus,
  type UnitStatus,
} from '@receptorjs/control-client';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, WorkError } from './errors.js';
import { replaceFile } from './replace-file.js';

/** Name of the status file in a unit's folder. */
export const statusFileName = 'status';
const lockFileName = 'status.lock';

/** Writes the status of a unit; a reader never finds half of one. */
export function writeStatusFile(unitDir: string, status: UnitStatus): void {
  const text = encodeJson({
    State: status.state,
    Detail: status.detail,
    StdoutSize: status.stdoutSize,
    WorkType: status.workType,
    ExtraData: status.extraData,
  });
  replaceFile(join(unitDir, statusFileName), `${text}\n`);
}

/** Makes the lock file that programs of the original take a lock on before they read the status. */
export function createStatusLock(unitDir: string): void {
  closeSync(openSync(join(unitDir, lockFileName), 'a', 0o600));
}

/**
 * Reads a status file.
 *
 * @throws WorkError `bad-status-file`
 */
export function readStatusFile(unitDir: string): UnitStatus {
  const path = join(unitDir, statusFileName);
  try {
    return parseUnitStatus(parseJson(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new WorkError('bad-status-file', `could not read ${path}: ${messageOf(cause)}`, {
      cause,
    });
  }
}
