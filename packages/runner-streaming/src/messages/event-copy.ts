import { spacedJson } from '@receptorjs/runner-core/internal';
import { promisify } from 'node:util';
import { createGunzip, gzip } from 'node:zlib';
import { StreamError } from '../errors.js';
import { MessageReader } from './message-reader.js';
import { messageOf, type Message } from './message-recovery.js';

/** What a transmitting side says of itself in `accepts`, so that a worker sends copies. */
export const EVENT_COPY = 'event-copy';

/** Bytes of events that are gathered for one copy. */
const BATCH_BYTES = 256 * 1024;

/** Longest copy that is sent, and held to be sent again. */
const MAX_COPY_CHARACTERS = 16 * 1024 * 1024;

/** Most bytes of events in a copy that is read. */
const MAX_EVENT_BYTES = 64 * 1024 * 1024;

/** How many times its compressed bytes a copy may hold, above a few batches: events seldom reach 30. */
const MAX_RATIO = 100;
const FREE_OF_RATIO = 4 * 1024 * 1024;

/** Most events of a copy that is read; a batch has fewer, since each takes more than 64 bytes. */
const MAX_EVENTS = BATCH_BYTES / 64 + 1;

const compress = promisify<Buffer, Buffer>(gzip);

/** Some events once more, as a line of the stream; one that does not know it passes over it. */
interface EventCopyMessage {
  /** The events' lines, compressed with gzip, in base64. */
  readonly event_copy: string;
  /** Counters of the first and the last of them. */
  readonly first: number;
  readonly last: number;
}

/**
 * Sends all events a second and a third time, many together and compressed, so that an event whose line is damaged on its
 * way is not lost: once when enough have gathered, and again with the next ones. Owns what has gathered.
 */
export class EventCopies {
  readonly #send: (line: string) => Promise<void>;
  #batch: string[] = [];
  #bytes = 0;
  #first = 0;
  #last = 0;
  #before: string | undefined;

  /** @param send writes a line to the stream */
  constructor(send: (line: string) => Promise<void>) {
    this.#send = send;
  }

  async add(counter: number, json: string): Promise<void> {
    if (this.#batch.length === 0) this.#first = counter;
    this.#last = counter;
    this.#batch.push(json);
    this.#bytes += json.length;
    if (this.#bytes >= BATCH_BYTES) await this.#flush();
  }

  /** Sends what is left; call it when there are no further events. */
  async finish(): Promise<void> {
    if (this.#batch.length > 0) await this.#flush();
    if (this.#before !== undefined) await this.#send(this.#before);
    this.#before = undefined;
  }

  async #flush(): Promise<void> {
    const text = `${this.#batch.join('\n')}\n`;
    const [first, last] = [this.#first, this.#last];
    this.#batch = [];
    this.#bytes = 0;
    const event_copy = (await compress(Buffer.from(text))).toString('base64');
    // One that can hardly be compressed is not held until the next ones come.
    if (event_copy.length > MAX_COPY_CHARACTERS) return;
    const line = spacedJson({ event_copy, first, last } satisfies EventCopyMessage);
    if (this.#before !== undefined) await this.#send(this.#before);
    this.#before = line;
    await this.#send(line);
  }
}

/** The copy a message holds, if it holds one. */
export function eventCopyOf(message: Message[0]): EventCopyMessage | undefined {
  const { event_copy, first, last } = message;
  if (typeof event_copy !== 'string' || !isCounter(first) || !isCounter(last)) return undefined;
  return first <= last ? { event_copy, first, last } : undefined;
}

/**
 * The events of a copy, one after the other as they are inflated; none any more from where it is damaged, or holds more than a
 * worker puts into one.
 */
export async function* eventsOfCopy(copy: EventCopyMessage): AsyncGenerator<Message> {
  const { event_copy, first, last } = copy;
  if (event_copy.length > MAX_COPY_CHARACTERS) return;
  const reader = new MessageReader(inflated(Buffer.from(event_copy, 'base64')));
  const most = Math.min(last - first + 1, MAX_EVENTS);
  try {
    for (let lines = 0; lines < most; lines++) {
      const line = await reader.line();
      if (line === undefined) return;
      const event = await messageOf(line);
      if (event !== undefined) yield event;
    }
  } catch (error) {
    // What it holds was sent before; it only mends what was damaged.
    if (!(error instanceof StreamError)) throw error;
  } finally {
    await reader.close();
  }
}

/** @throws {StreamError} 'bad-line' when it is damaged or holds more than allowed */
async function* inflated(compressed: Buffer): AsyncGenerator<Buffer> {
  const allowed = Math.min(MAX_EVENT_BYTES, Math.max(FREE_OF_RATIO, compressed.length * MAX_RATIO));
  const gunzip = createGunzip({ chunkSize: 64 * 1024 });
  gunzip.end(compressed);
  let total = 0;
  try {
    for await (const piece of gunzip as AsyncIterable<Buffer>) {
      total += piece.length;
      if (total > allowed)
        throw new StreamError('bad-line', `a copy holds more than ${allowed} bytes`);
      yield piece;
    }
  } catch (cause) {
    throw cause instanceof StreamError
      ? cause
      : new StreamError('bad-line', 'a copy of events is damaged', { cause });
  } finally {
    gunzip.destroy();
  }
}

const isCounter = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
