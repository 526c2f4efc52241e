import { EVENT_LOG, MAX_WORD_BYTES } from '@receptorjs/runner-core/internal';
import type { Dirent, Stats } from 'node:fs';
import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';

/** Files of artifacts that are read whole by everybody, and so hold one word each. */
const WORDS = ['rc', 'status'];
const FILES = [...WORDS, 'stdout', 'stderr', 'command', EVENT_LOG];

/**
 * What is wrong with the shape of artifacts that another program made: a file that is a folder, a link or a pipe, or a word that is
 * no word for its size. `undefined` when nothing is. Reads no file.
 */
export async function wrongShape(artifactDir: string): Promise<string | undefined> {
  for (const name of FILES) {
    const found = await lstat(join(artifactDir, name)).catch(() => undefined);
    if (found === undefined) continue;
    if (!found.isFile()) return `${name} must be a regular file, and is ${kindOf(found)}`;
    if (WORDS.includes(name) && found.size > MAX_WORD_BYTES)
      return `${name} has ${found.size} bytes, and ${MAX_WORD_BYTES} are allowed`;
  }
  return wrongEvent(join(artifactDir, 'job_events'));
}

async function wrongEvent(folder: string): Promise<string | undefined> {
  const found = await lstat(folder).catch(() => undefined);
  if (found !== undefined && !found.isDirectory())
    return `job_events must be a folder, and is ${found.isFile() ? 'a file' : kindOf(found)}`;
  try {
    for await (const entry of await opendir(folder, { bufferSize: 1024 }))
      if (!entry.isFile())
        return `${JSON.stringify(entry.name)} among the events must be a regular file, and is ${kindOf(entry)}`;
  } catch (error) {
    return `the folder of the events can't be read (${String((error as NodeJS.ErrnoException).code)})`;
  }
  return undefined;
}

function kindOf(found: Stats | Dirent): string {
  if (found.isDirectory()) return 'a folder';
  if (found.isSymbolicLink()) return 'a link';
  if (found.isFIFO()) return 'a pipe';
  return found.isSocket() ? 'a socket' : 'a device';
}
