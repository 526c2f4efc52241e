import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigurationError } from './errors.js';
import { findExecutable } from './plan/executables.js';

/** Folder with this package's Python files: beside the code in a bundle, else in the package. */
export function pythonFolder(): string {
  for (const place of ['./python/', '../python/']) {
    const folder = fileURLToPath(new URL(place, import.meta.url));
    if (existsSync(join(folder, 'launch.py'))) return folder;
  }
  throw new ConfigurationError(
    'The Python files of runner-core are missing; they belong beside its code in a folder named python.',
  );
}

const SYSTEM_FOLDERS = ['/usr/bin', '/usr/local/bin', '/usr/libexec'];
const INTERPRETERS = ['python3', 'platform-python'];

/** The system's Python, if it has one. */
export function systemPython(): Promise<string | undefined> {
  return findExecutable(INTERPRETERS, SYSTEM_FOLDERS.join(delimiter));
}

/**
 * A Python to start the launcher with, which needs nothing but the standard library: the system's,
 * which starts fastest, else the first on the path of the job.
 *
 * @throws {ConfigurationError} when there is none.
 */
export async function findPython(path: string): Promise<string> {
  const found = (await systemPython()) ?? (await findExecutable(INTERPRETERS, path));
  if (found === undefined)
    throw new ConfigurationError(
      'No python3 was found in /usr/bin, /usr/local/bin and PATH; Ansible needs one, and so does the runner.',
    );
  return found;
}
