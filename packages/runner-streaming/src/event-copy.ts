import { spacedJson } from '@receptorjs/runner-core';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { messageOf, type Message } from './message-recovery.js';
import { MAX_LINE_BYTES } from './message-reader.js';

/** What a transmitting side says of itself in `accepts`, so that a worker sends copies. */
export const EVENT_COPY = 'event-copy';

/** Bytes of events that are gathered for one copy. */
const BATCH_BYTES = 256 * 1024;

/** Longest copy that is sent, and held to be sent again. */
const MAX_COPY_CHARACTERS = 16 * 1024 * 1024;

const compress = promisify<Buffer, Buffer>(gzip);
const expand = promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip);

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

/** The events of a copy; none where it is damaged. */
export async function eventsOfCopy({ event_copy }: EventCopyMessage): Promise<Message[]> {
  const bytes = await expand(Buffer.from(event_copy, 'base64'), {
    maxOutputLength: MAX_LINE_BYTES,
  }).catch(() => Buffer.alloc(0));
  const events: Message[] = [];
  for (const line of bytes.toString('utf8').split('\n')) {
    const event = messageOf(line);
    if (event !== undefined) events.push(event);
  }
  return events;
}

const isCounter = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
