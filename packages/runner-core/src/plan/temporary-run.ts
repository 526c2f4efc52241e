import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeTree } from '../inputs/project-copy.js';
import type { RunOptionsWithFolder, RunOptions } from '../inputs/run-options.js';

/** Where a run happens, and what is to be done there at its end. */
export interface RunPlace {
  readonly options: RunOptionsWithFolder;
  /** Removes the private data dir, if it was made here and is not to be kept. */
  readonly leave: () => Promise<void>;
}

/** Gives a run without a private data dir a temporary one, 0700. */
export function placeOf(options: RunOptions): RunPlace {
  const { privateDataDir } = options;
  if (privateDataDir !== undefined)
    return { options: { ...options, privateDataDir }, leave: () => Promise.resolve() };
  const made = mkdtempSync(join(tmpdir(), '.ansible-runner-'));
  return {
    options: { ...options, privateDataDir: made },
    leave: () => (options.removePrivateDataDir === true ? removeTree(made) : Promise.resolve()),
  };
}
