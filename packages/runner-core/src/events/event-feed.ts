import { dirname, join } from 'node:path';
import { EVENT_LOG, openEventLog } from './event-log.js';
import { listEventFiles, readEvent, type EventFile } from './event-files.js';
import type { RunEvent } from './events.js';

/** Event files a reader may lag behind before it looks them up in the folder again instead. */
const MAX_LAG = 10_000;

/** What waits for one reader of a feed. */
interface Reader {
  /** Files to read next, or `undefined` when the folder has to be listed. */
  ahead: EventFile[] | undefined;
  wake: (() => void) | undefined;
}

/**
 * The events of a run that goes on, for any number of readers, each from the first event to the last one. What a slow
 * reader has not read yet is on disk, so that it neither holds the job back nor fills the memory. The job that writes a
 * file says so, and no reader has to poll the folder.
 */
export class EventFeed {
  readonly #folder: string;
  readonly #log: string;
  readonly #readers = new Set<Reader>();
  /** Who waits for a reader to leave. */
  readonly #leaving: (() => void)[] = [];
  /** Counter of the last file that was written. */
  #last = 0;
  /** Bytes of the event log that were written. */
  #logged = 0;
  #ended = false;

  /** @param folder of the event files, beside which the event log lies; need not exist yet */
  constructor(folder: string) {
    this.#folder = folder;
    this.#log = join(dirname(folder), EVENT_LOG);
  }

  /** Says that an event's file was written. */
  written(file: EventFile): void {
    this.#last = file.counter;
    for (const reader of this.#readers) {
      if (reader.ahead !== undefined && reader.ahead.length >= MAX_LAG) reader.ahead = undefined;
      reader.ahead?.push(file);
      reader.wake?.();
    }
  }

  /** Says how many bytes the event log has, which has the events where they have no files. */
  logged(bytes: number): void {
    this.#logged = bytes;
    for (const reader of this.#readers) reader.wake?.();
  }

  /** How many read the events now. */
  get readers(): number {
    return this.#readers.size;
  }

  /** Resolves when the events have no reader. */
  async unread(): Promise<void> {
    while (this.#readers.size > 0)
      await new Promise<void>((resolve) => {
        this.#leaving.push(resolve);
      });
  }

  /** Says that no further files come. */
  end(): void {
    this.#ended = true;
    for (const reader of this.#readers) reader.wake?.();
  }

  /** The events from the first one on; ends when the run has ended. */
  async *events(): AsyncGenerator<RunEvent, void, undefined> {
    const reader: Reader = { ahead: undefined, wake: undefined };
    this.#readers.add(reader);
    try {
      let last = 0;
      let read = 0;
      for (;;) {
        const to = this.#logged;
        if (to > read) {
          for await (const { event } of (await openEventLog(this.#log, read, to)) ?? [])
            yield event;
          read = to;
        }
        const files = await this.#next(reader, last);
        for (const file of files) {
          if (file.counter <= last) continue;
          last = file.counter;
          const event = await readEvent(this.#folder, file);
          if (event !== undefined) yield event;
        }
        if (reader.ahead?.length !== 0 || this.#logged > read) continue;
        if (this.#ended) return;
        await new Promise<void>((resolve) => {
          reader.wake = resolve;
        });
        reader.wake = undefined;
      }
    } finally {
      this.#readers.delete(reader);
      for (const left of this.#leaving.splice(0)) left();
    }
  }

  async #next(reader: Reader, last: number): Promise<readonly EventFile[]> {
    const { ahead } = reader;
    reader.ahead = [];
    if (ahead !== undefined) return ahead;
    if (this.#last === 0) return [];
    const files = await listEventFiles(this.#folder, last);
    // Others are of an earlier run with the same ident.
    return files.filter(({ counter }) => counter <= this.#last);
  }
}
