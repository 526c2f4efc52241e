import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunEvent } from './events.js';
import { ConfigurationError, errorCode } from './errors.js';

/** An event file of an artifact folder. */
export interface EventFile {
  readonly counter: number;
  /** `<counter>-<uuid>.json` */
  readonly name: string;
}

/**
 * The event files in a folder whose counters are above `after`, by counter.
 *
 * @throws ConfigurationError when the folder is missing.
 */
export async function listEventFiles(folder: string, after = 0): Promise<EventFile[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (cause) {
    throw new ConfigurationError(
      `The folder of the events, ${folder}, can't be read: ${String(errorCode(cause))}.`,
      { cause },
    );
  }
  const files: EventFile[] = [];
  for (const name of names) {
    const counter = Number(/^(\d+)-.*\.json$/.exec(name)?.[1]);
    if (counter > after) files.push({ counter, name });
  }
  return withoutStale(
    folder,
    files.sort((a, b) => a.counter - b.counter),
  );
}

/** Where two runs had the same ident, the files of the earlier one lie beside those of the later one, which count. */
async function withoutStale(folder: string, files: EventFile[]): Promise<EventFile[]> {
  const kept: EventFile[] = [];
  for (const file of files) {
    const before = kept.at(-1);
    if (before?.counter !== file.counter) kept.push(file);
    else if ((await changed(folder, file)) > (await changed(folder, before)))
      kept[kept.length - 1] = file;
  }
  return kept;
}

async function changed(folder: string, { name }: EventFile): Promise<number> {
  return (await stat(join(folder, name)).catch(() => undefined))?.mtimeMs ?? 0;
}

/** Reads an event; `undefined` when its file is gone, because the artifacts were removed meanwhile. */
export async function readEvent(
  folder: string,
  { name }: EventFile,
): Promise<RunEvent | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, name), 'utf8')) as RunEvent;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
