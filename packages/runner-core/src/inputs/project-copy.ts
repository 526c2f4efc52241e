import { chmod, cp, lstat, mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { ConfigurationError, errorCode } from '../errors.js';
import { makeFolder } from '../artifacts/make-folder.js';

/** A copy of the project for one run to work in. */
export interface ProjectCopyPlan {
  /** Folder below which the copy is made; it is made if need be and always stays. */
  readonly base: string;
  /** Whether the copy is removed after the run. */
  readonly cleanup: boolean;
}

/**
 * Copies a folder to a new one below `base`: files, folders and links, which stay as they are; nothing else.
 *
 * @param without folders that are left out
 * @throws {ConfigurationError} when that can't be done; nothing is left then.
 */
export async function copyProject(
  folder: string,
  base: string,
  without: readonly string[],
): Promise<string> {
  if (!relative(folder, base).startsWith('..'))
    throw new ConfigurationError(
      `The project ${folder} can't be copied to ${base}, which is a part of it; name a folder outside.`,
    );
  let copy: string | undefined;
  try {
    await makeFolder(base);
    copy = await mkdtemp(join(base, 'runner_di_'));
    // A project that is itself a link, such as one to its current release, is copied, not linked to.
    const real = await realpath(folder);
    const left = new Set(without.map((path) => join(real, relative(folder, path))));
    await cp(real, copy, {
      recursive: true,
      verbatimSymlinks: true,
      preserveTimestamps: true,
      filter: async (path) => {
        if (left.has(path)) return false;
        const found = await lstat(path);
        return found.isFile() || found.isDirectory() || found.isSymbolicLink();
      },
    });
    return copy;
  } catch (cause) {
    if (copy !== undefined) await removeTree(copy);
    throw new ConfigurationError(
      `The project ${folder} can't be copied to ${base}: ${String(errorCode(cause))}.`,
      { cause },
    );
  }
}

/** Removes a folder and what is in it, folders without write permission included. */
export async function removeTree(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true });
  } catch (error) {
    if (errorCode(error) !== 'EACCES') throw error;
    await openFolders(folder);
    await rm(folder, { recursive: true, force: true });
  }
}

async function openFolders(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isDirectory()) await openFolders(join(folder, entry.name));
}
