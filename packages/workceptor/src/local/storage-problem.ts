import { closeSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { failureCode } from '../errors.js';
import { openUnitFileSync } from '../store/unit-file.js';
import type { UnitEndCode } from './unit-end.js';

/** Written and removed again; in the folder for that moment only. */
const PROBE = 'write-check';
const PROBE_BYTES = Buffer.alloc(512);

/** Why nothing can be written into a folder of a unit. */
export interface StorageProblem {
  readonly code: UnitEndCode;
  /** What the system says, such as `ENOSPC: no space left on device, write`. */
  readonly text: string;
}

/** Finds out by trying whether something can be written into a folder; `undefined` when it can. */
export function storageProblem(dir: string): StorageProblem | undefined {
  const path = join(dir, PROBE);
  let file: number | undefined;
  try {
    file = openUnitFileSync(path, 'replace');
    writeSync(file, PROBE_BYTES);
    return undefined;
  } catch (error) {
    return {
      code: failureCode(error, 'start-failed'),
      text: error instanceof Error ? error.message : String(error),
    };
  } finally {
    if (file !== undefined) closeSync(file);
    rmSync(path, { force: true });
  }
}

/** What is said of a unit whose command has ended while nothing could store how. */
export function waitingText(problem: StorageProblem | undefined): string {
  switch (problem?.code) {
    case undefined:
      return 'ended; its exit status is not stored yet';
    case 'disk-full':
      return 'ended; its exit status waits for space on the disk';
    case 'disk-read-only':
      return 'ended; its exit status waits for the disk, which is read-only';
    default:
      return `ended; its exit status can't be stored: ${problem?.text ?? ''}`;
  }
}
