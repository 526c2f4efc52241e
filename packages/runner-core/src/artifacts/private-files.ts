import { rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder } from './make-folder.js';

/** Where the parts of a run are, as the job sees them. */
export interface Places {
  /** The private data dir. */
  readonly root: string;
  /** Working folder of the job. */
  readonly cwd: string;
  /** Temporary folder of the run, which the user alone may enter. */
  readonly privateDir: string;
  /** Where the job sees a file or folder of this machine, which is shown to it if need be. */
  readonly pathOf: (path: string) => string;
}

/** Something that must stand in the run's temporary folder before the command runs: a text, or a link. */
export type PrivateFile =
  | {
      readonly name: string;
      readonly content: string;
      /** Not read after Ansible has loaded its plugins, so that it need not lie there for the rest of the run. */
      readonly readOnce?: boolean;
    }
  | { readonly name: string; readonly target: (places: Places) => string };

/** A word of the command; where things are is known when the job starts, so words with a path wait as functions. */
export type Word = string | ((places: Places) => string);

/** The path of a private file as the job sees it. */
export function privatePath(name: string): Word {
  return ({ privateDir }) => join(privateDir, name);
}

/**
 * Writes private files into `folder`: files 0600, folders 0700.
 *
 * @param seen where the job sees things, which is where links must lead
 */
export async function writePrivateFiles(
  files: readonly PrivateFile[],
  folder: string,
  seen: Places,
): Promise<void> {
  for (const file of files) {
    const path = join(folder, file.name);
    await makeFolder(dirname(path));
    if ('content' in file) await writeFile(path, file.content, { mode: 0o600 });
    else await symlink(file.target(seen), path);
  }
}

/** Removes those that are not read any more. */
export async function removeReadFiles(
  files: readonly PrivateFile[],
  folder: string,
): Promise<void> {
  for (const file of files)
    if ('content' in file && file.readOnce === true)
      await rm(join(folder, file.name), { force: true });
}
