import { once } from 'node:events';
import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { constants, createGunzip, createGzip, type Gzip } from 'node:zlib';
import { messageOf, type Message } from './message-recovery.js';
import { MessageReader } from './message-reader.js';

/** Name of the copy in `job_events/`, where nobody takes it for an event: `1-<last counter>.jsonl.gz`. */
const NAME = /^1-(\d{1,15})\.jsonl\.gz$/;

/** What a transmitting side says of itself in `accepts`, so that a worker sends the copy. */
export const EVENT_COPY = 'event-copy';

/**
 * All events of a run in one compressed file beside the stream, so that an event whose line is damaged on its way is not
 * lost. Owns the file until it is {@link finish | finished}.
 */
export class EventCopy {
  readonly #path: string;
  readonly #gzip: Gzip;
  readonly #file: WriteStream;
  #highest = 0;
  #failure: unknown;

  /** @param path file that is made; its folder must exist */
  constructor(path: string) {
    this.#path = path;
    this.#gzip = createGzip({ level: constants.Z_BEST_SPEED });
    this.#file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
    const fail = (error: unknown) => (this.#failure ??= error);
    this.#gzip.on('error', fail);
    // What can't be kept is not kept: the stream has it, and the run goes on.
    this.#file.on('error', (error) => {
      fail(error);
      this.#gzip.destroy();
    });
    this.#gzip.pipe(this.#file);
  }

  /** Adds an event; waits while the file does not keep up. */
  async add(counter: number, json: string): Promise<void> {
    this.#highest = Math.max(this.#highest, counter);
    if (this.#failure !== undefined || this.#gzip.write(`${json}\n`)) return;
    await Promise.race([once(this.#gzip, 'drain'), once(this.#gzip, 'close')]).catch(
      () => undefined,
    );
  }

  /** Completes the file and puts it among the artifacts; nothing stays when it could not be written. */
  async finish(artifactDir: string): Promise<void> {
    this.#gzip.end();
    await finished(this.#file).catch((error: unknown) => (this.#failure ??= error));
    if (this.#failure === undefined && this.#highest > 0)
      await rename(this.#path, join(artifactDir, 'job_events', `1-${this.#highest}.jsonl.gz`));
    else await this.discard();
  }

  /** Gives the file up. */
  async discard(): Promise<void> {
    this.#gzip.destroy();
    this.#file.destroy();
    await rm(this.#path, { force: true });
  }
}

/** A worker's copy of the events, as it came with the artifacts. */
export interface ReceivedEventCopy {
  readonly path: string;
  /** Counter of the last event. */
  readonly last: number;
}

/** Looks for the copy among artifacts. */
export async function findEventCopy(artifactDir: string): Promise<ReceivedEventCopy | undefined> {
  const folder = join(artifactDir, 'job_events');
  for (const name of await readdir(folder).catch(() => [])) {
    const last = NAME.exec(name)?.[1];
    if (last !== undefined) return { path: join(folder, name), last: Number(last) };
  }
  return undefined;
}

/** The events of a copy one by one; ends early, without an error, where the copy is damaged. */
export async function* eventsOfCopy(copy: ReceivedEventCopy): AsyncGenerator<Message> {
  const gunzip = createGunzip();
  const file = createReadStream(copy.path);
  file.on('error', () => gunzip.destroy());
  const reader = new MessageReader(file.pipe(gunzip) as AsyncIterable<Buffer>);
  try {
    for (;;) {
      const line = await reader.line().catch(() => undefined);
      if (line === undefined) return;
      const message = messageOf(line);
      if (message !== undefined) yield message;
    }
  } finally {
    file.destroy();
    gunzip.destroy();
  }
}
