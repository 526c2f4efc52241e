import { errorText, point } from '@receptorjs/primitives';
import {
  encodeJson,
  parseJson,
  parseUnitStatus,
  reportFields,
  type UnitStatus,
} from '@receptorjs/control-protocol';
import { closeSync, fdatasync, openSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { WorkError } from '../errors.js';
import { openUnitFileSync, readUnitFile } from './unit-file.js';

/** Name of the status file in a unit's folder. */
export const statusFileName = 'status';
/** Name of the file that programs of the original lock. */
export const lockFileName = 'status.lock';

const sync = promisify(fdatasync);

/** Writes the first status of a unit, into a folder that no other part knows of yet. */
export function createStatusFile(unitDir: string, status: UnitStatus): void {
  writeFileSync(join(unitDir, statusFileName), textOf(status), { flag: 'wx', mode: 0o600 });
}

/**
 * Writes the status of a unit: into a file beside it, then renamed over it, so that a reader finds the old one or the
 * new one and never half of one. Synchronous, because the order of these small writes is what recovery relies on.
 *
 * See docs/decisions/0020-status-files-are-replaced.md.
 */
export function writeStatusFile(unitDir: string, status: UnitStatus): void {
  const path = join(unitDir, statusFileName);
  const file = openUnitFileSync(`${path}.new`, 'replace');
  try {
    writeFileSync(file, textOf(status));
  } finally {
    closeSync(file);
  }
  point('status-written-beside');
  renameSync(`${path}.new`, path);
}

/**
 * Waits until the status of a unit would be found again after a power cut, and its folder where that is new. What can't be flushed is as
 * safe as its file system makes it.
 *
 * See docs/decisions/0117-what-a-power-cut-must-not-take.md.
 */
export async function flushStatusFile(unitDir: string, isNew: boolean): Promise<void> {
  const paths = [join(unitDir, statusFileName), unitDir];
  if (isNew) paths.push(dirname(unitDir));
  for (const path of paths) {
    try {
      const file = openSync(path, 'r');
      try {
        await sync(file);
      } finally {
        closeSync(file);
      }
    } catch {
      // the unit is released meanwhile, or its file system flushes no folders
    }
  }
}

function textOf(status: UnitStatus): string {
  const text = encodeJson({
    State: status.state,
    Detail: status.detail,
    StdoutSize: status.stdoutSize,
    WorkType: status.workType,
    ExtraData: status.extraData,
    ...reportFields(status.report ?? {}),
  });
  return `${text}\n`;
}

/** Makes the lock file that programs of the original take a lock on before they read the status. */
export function createStatusLock(unitDir: string): void {
  closeSync(openSync(join(unitDir, lockFileName), 'a', 0o600));
}

/**
 * Reads a status file.
 *
 * @throws {WorkError} `bad-status-file`
 */
export function readStatusFile(unitDir: string): UnitStatus {
  const path = join(unitDir, statusFileName);
  try {
    return parseUnitStatus(parseJson(readUnitFile(path)));
  } catch (cause) {
    throw new WorkError('bad-status-file', `could not read ${path}: ${errorText(cause)}`, {
      cause,
    });
  }
}
