import type { FileHandle } from 'node:fs/promises';
import { UnsafeFileError } from '../errors.js';
import { jsonMappingOf } from '../artifacts/json-file.js';
import { openRegularToRead } from '../artifacts/regular-file.js';
import { MAX_EVENT_FILE_BYTES, MAX_EVENT_FILES } from './event-files.js';
import type { RunEvent } from './events.js';

/** Name of the file with all events of a run, in its artifact folder: one event a line, in order. */
export const EVENT_LOG = 'job_events.jsonl';

/** Bytes that are read at once. */
const PIECE_BYTES = 256 * 1024;
const LINE_END = 0x0a;

/** An event of a log, and how many bytes of the log end with it. */
export interface LoggedEvent {
  readonly event: RunEvent;
  readonly end: number;
}

/**
 * The events of a log, one in memory at once. A last line without its end is not whole yet, and left out.
 *
 * @param from byte at which an event begins
 * @param to byte at which one ends; without it, all that is there is read
 * @returns `undefined` when there is no log
 * @throws {UnsafeFileError} when it is no regular file, or a line of it is longer than {@link MAX_EVENT_FILE_BYTES} or holds no JSON
 *   mapping within limits; while it is read, too
 */
export async function openEventLog(
  path: string,
  from = 0,
  to = Infinity,
): Promise<AsyncGenerator<LoggedEvent, void, undefined> | undefined> {
  const file = await openRegularToRead(path);
  return file && eventsOf(file, path, from, to);
}

async function* eventsOf(file: FileHandle, path: string, from: number, to: number) {
  let end = from;
  let count = 0;
  try {
    for await (const line of linesOf(file, path, from, to)) {
      if ((count += 1) > MAX_EVENT_FILES)
        throw new UnsafeFileError(path, `it holds more than ${MAX_EVENT_FILES} events`);
      end += line.length + 1;
      const event = (await jsonMappingOf(line.toString('utf8'), path)) as unknown as RunEvent;
      yield { event, end };
    }
  } finally {
    await file.close();
  }
}

async function* linesOf(file: FileHandle, path: string, from: number, to: number) {
  let pieces: Buffer[] = [];
  let length = 0;
  for (let at = from; at < to;) {
    const wanted = Math.min(PIECE_BYTES, to - at);
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(wanted), 0, wanted, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    let rest = buffer.subarray(0, bytesRead);
    for (let end = rest.indexOf(LINE_END); end >= 0; end = rest.indexOf(LINE_END)) {
      const last = rest.subarray(0, end);
      yield pieces.length === 0 ? last : Buffer.concat([...pieces, last]);
      pieces = [];
      length = 0;
      rest = rest.subarray(end + 1);
    }
    pieces.push(rest);
    length += rest.length;
    if (length > MAX_EVENT_FILE_BYTES)
      throw new UnsafeFileError(path, `a line of it has more than ${MAX_EVENT_FILE_BYTES} bytes`);
  }
}
