import { mkdirSync, statSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode } from '../errors.js';

/**
 * Makes a folder, 0700, and those above it that are missing; one that is there is left as it is. Node's own recursive
 * `mkdir` tries for ever where the system says of every attempt that the folder above is missing, as in `/proc`.
 *
 * @returns the outermost folder that was made, if any was
 * @throws what the system says.
 */
export async function makeFolder(path: string): Promise<string | undefined> {
  try {
    return await makeOne(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' || dirname(path) === path) throw error;
    const first = await makeFolder(dirname(path));
    const own = await makeOne(path);
    return first ?? own;
  }
}

/** As {@link makeFolder}, at once. */
export function makeFolderSync(path: string): string | undefined {
  try {
    return makeOneSync(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' || dirname(path) === path) throw error;
    const first = makeFolderSync(dirname(path));
    const own = makeOneSync(path);
    return first ?? own;
  }
}

async function makeOne(path: string): Promise<string | undefined> {
  try {
    await mkdir(path, { mode: 0o700 });
    return path;
  } catch (error) {
    if (errorCode(error) !== 'EEXIST' || !(await stat(path)).isDirectory()) throw error;
    return undefined;
  }
}

function makeOneSync(path: string): string | undefined {
  try {
    mkdirSync(path, { mode: 0o700 });
    return path;
  } catch (error) {
    if (errorCode(error) !== 'EEXIST' || !statSync(path).isDirectory()) throw error;
    return undefined;
  }
}
