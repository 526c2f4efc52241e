import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Something in a folder that can be packed. */
export interface FolderMember {
  /** Path below the folder, with `/`. */
  readonly name: string;
  readonly kind: 'folder' | 'file' | 'link';
}

/**
 * Everything in a folder, names in order, folders before what is in them; links are never followed. Pipes, sockets and
 * devices are left out. Reads each folder when its turn comes, synchronously: a hundred thousand small calls cost more as
 * tasks of the thread pool than they take.
 *
 * @param skip says which members stay out, with all below them
 */
export function* walkFolder(
  folder: string,
  skip: (name: string) => boolean = () => false,
  prefix = '',
): Generator<FolderMember, void, undefined> {
  const entries = readdirSync(join(folder, prefix), { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const name = prefix + entry.name;
    if (skip(name)) continue;
    const kind = entry.isFile()
      ? 'file'
      : entry.isDirectory()
        ? 'folder'
        : entry.isSymbolicLink()
          ? 'link'
          : undefined;
    if (kind === undefined) continue;
    yield { name, kind };
    if (kind === 'folder') yield* walkFolder(folder, skip, `${name}/`);
  }
}
