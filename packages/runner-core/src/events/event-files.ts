import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunEvent } from './events.js';
import { ConfigurationError, errorCode, UnsafeFileError } from '../errors.js';
import { jsonMappingOf } from '../artifacts/json-file.js';
import { readRegularFile } from '../artifacts/regular-file.js';

/** Largest file of an event, in bytes: text and data of 64 MiB each, as JSON writes them. */
export const MAX_EVENT_FILE_BYTES = 256 * 1024 * 1024;
/** Most files of events in a folder. */
export const MAX_EVENT_FILES = 2_000_000;

/** An event file of an artifact folder. */
export interface EventFile {
  readonly counter: number;
  /** `<counter>-<uuid>.json` */
  readonly name: string;
}

/**
 * The event files in a folder whose counters are above `after`, by counter.
 *
 * @throws {ConfigurationError} when the folder is missing.
 * @throws {UnsafeFileError} when it is a link, or holds more files than {@link MAX_EVENT_FILES}.
 */
export async function listEventFiles(folder: string, after = 0): Promise<EventFile[]> {
  const files: EventFile[] = [];
  let looked = 0;
  try {
    if ((await lstat(folder)).isSymbolicLink()) throw new UnsafeFileError(folder, 'it is a link');
    for await (const { name } of await opendir(folder, { bufferSize: 1024 })) {
      const counter = Number(/^(\d{1,15})-.*\.json$/.exec(name)?.[1]);
      if (counter > after) files.push({ counter, name });
      if ((looked += 1) > MAX_EVENT_FILES)
        throw new UnsafeFileError(folder, `it holds more than ${MAX_EVENT_FILES} files`);
    }
  } catch (cause) {
    if (cause instanceof UnsafeFileError) throw cause;
    throw new ConfigurationError(
      `The folder of the events, ${folder}, can't be read: ${String(errorCode(cause))}.`,
      { cause },
    );
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
  return (await lstat(join(folder, name)).catch(() => undefined))?.mtimeMs ?? 0;
}

/**
 * Reads an event; `undefined` when its file is gone, because the artifacts were removed meanwhile.
 *
 * @throws {UnsafeFileError} when it is no regular file of at most {@link MAX_EVENT_FILE_BYTES}, or holds no JSON mapping within limits.
 */
export async function readEvent(
  folder: string,
  { name }: EventFile,
): Promise<RunEvent | undefined> {
  const path = join(folder, name);
  const text = await readRegularFile(path, MAX_EVENT_FILE_BYTES);
  if (text === undefined) return undefined;
  return (await jsonMappingOf(text, path)) as unknown as RunEvent;
}
