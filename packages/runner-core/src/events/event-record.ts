import type { RunEvent } from './events.js';
import { slicesOf } from '../process/output/written-text.js';

/** Characters of text from which on an event is handled in parts: whole, its JSON takes as much memory again. */
const LARGE_TEXT = 64 * 1024;

/** What an event is made of: its JSON text around the JSON of `stdout`. */
export interface EventParts {
  readonly before: string;
  /** The text, in pieces where it is large. */
  readonly stdout: readonly string[];
  readonly after: string;
}

/** An event as it is recorded. */
export class EventRecord {
  readonly uuid: string;
  readonly counter: number;
  /** What a console or the `stdout` artifact shows of it. */
  readonly #shown: readonly string[];
  readonly #before: string;
  readonly #after: string;
  /** The text; in one piece once {@link EventRecord.json} or {@link EventRecord.event} was read. */
  #stdout: readonly string[];
  #length = 0;
  #json: string | undefined;
  #event: RunEvent | undefined;

  constructor(uuid: string, counter: number, parts: EventParts, shown: readonly string[]) {
    this.uuid = uuid;
    this.counter = counter;
    this.#shown = shown;
    this.#before = parts.before;
    this.#stdout = parts.stdout;
    this.#after = parts.after;
    for (const piece of parts.stdout) this.#length += piece.length;
  }

  /** The record of what a handler put in the place of this event; what is shown goes by its `stdout`. */
  replacedBy(event: RunEvent, json: string): EventRecord {
    const { stdout } = event;
    const same = stdout === this.#text;
    const shown = same ? this.#shown : stdout === '' ? [] : [stdout, '\n'];
    const parts = { before: '', stdout: [stdout], after: '' };
    const record = new EventRecord(this.uuid, this.counter, parts, shown);
    record.#json = json;
    record.#event = event;
    return record;
  }

  /** Whether it is better handled in parts. */
  get large(): boolean {
    return this.#length >= LARGE_TEXT;
  }

  /** What a console or the `stdout` artifact shows of it; may be empty. */
  get shown(): string {
    return this.#shown.join('');
  }

  /** The same in parts, none of them large. */
  *shownParts(): Generator<string> {
    for (const part of this.#shown) yield* slicesOf(part);
  }

  /** The whole event as JSON text; made at the first reading. */
  get json(): string {
    this.#json ??= this.#before + JSON.stringify(this.#text) + this.#after;
    return this.#json;
  }

  /** The JSON text in parts, none of them large. */
  *jsonParts(): Generator<string> {
    if (this.#json !== undefined || !this.large) {
      yield* slicesOf(this.json);
      return;
    }
    yield `${this.#before}"`;
    for (const piece of this.#stdout)
      for (const slice of slicesOf(piece)) yield JSON.stringify(slice).slice(1, -1);
    yield* slicesOf(`"${this.#after}`);
  }

  /** The event itself, parsed at the first reading. */
  get event(): RunEvent {
    this.#event ??= this.#read();
    return this.#event;
  }

  #read(): RunEvent {
    if (!this.large) return JSON.parse(this.json) as RunEvent;
    const event = JSON.parse(`${this.#before}""${this.#after}`) as { stdout: string };
    event.stdout = this.#text;
    return event as RunEvent;
  }

  get #text(): string {
    if (this.#stdout.length !== 1) this.#stdout = [this.#stdout.join('')];
    return this.#stdout[0] ?? '';
  }
}
