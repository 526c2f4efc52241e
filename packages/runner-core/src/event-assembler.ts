import { randomUUID } from 'node:crypto';
import type { RunEvent, RunStats } from './events.js';
import { spacedJson } from './json-text.js';
import type { Segment } from './output-segments.js';

/** An event as it is recorded. */
export class EventRecord {
  readonly uuid: string;
  readonly counter: number;
  /** The whole event as JSON text. */
  readonly json: string;
  /** What a console or the `stdout` artifact shows of it; may be empty. */
  readonly shown: string;
  #event: RunEvent | undefined;

  constructor(uuid: string, counter: number, json: string, shown: string) {
    this.uuid = uuid;
    this.counter = counter;
    this.json = json;
    this.shown = shown;
  }

  /** The event itself, read out of its JSON when somebody asks for the first time. */
  get event(): RunEvent {
    this.#event ??= JSON.parse(this.json) as RunEvent;
    return this.#event;
  }
}

/** Where the assembler gets the announced events from. */
export interface EventSource {
  take(uuid: string): string | undefined | Promise<string | undefined>;
}

/**
 * Makes events out of segments: joins each with what the callback plugin sent about it, numbers them and
 * counts lines. Owns the counters; call {@link assemble} for one segment after the other.
 */
export class EventAssembler {
  readonly #ident: string;
  readonly #source: EventSource;
  #counter = 0;
  #line = 0;
  #stats: RunStats | undefined;

  constructor(ident: string, source: EventSource) {
    this.#ident = ident;
    this.#source = source;
  }

  /** Counts of the recap, once it was seen. */
  get stats(): RunStats | undefined {
    return this.#stats;
  }

  assemble(segment: Segment): EventRecord | Promise<EventRecord> {
    const { uuid } = segment;
    if (uuid === undefined) return this.#record(segment, randomUUID(), undefined);
    const body = this.#source.take(uuid);
    return body instanceof Promise
      ? body.then((arrived) => this.#record(segment, uuid, arrived))
      : this.#record(segment, uuid, body);
  }

  #record(segment: Segment, uuid: string, body: string | undefined): EventRecord {
    const counter = ++this.#counter;
    const startLine = this.#line;
    this.#line += newlines(segment.text);
    const stdout = segment.cut ? segment.text : withoutLineEnd(segment.text);
    const head =
      `"uuid": ${JSON.stringify(uuid)}, "counter": ${counter}, "stdout": ${JSON.stringify(stdout)}, ` +
      `"start_line": ${startLine}, "end_line": ${this.#line}, "runner_ident": ${JSON.stringify(this.#ident)}, `;
    const announced = body?.startsWith('{') === true ? this.#announced(body) : undefined;
    // The original's order of keys, which differs for text that nobody announced.
    const json =
      announced === undefined
        ? `{"event": "verbose", ${head}"created": "${new Date().toISOString().replace('Z', '000+00:00')}"}`
        : `{${head}${announced}`;
    const shown =
      announced === undefined
        ? segment.cut || segment.text.endsWith('\n')
          ? segment.text
          : `${segment.text}\n`
        : stdout === '' || segment.cut
          ? stdout
          : `${stdout}\n`;
    return new EventRecord(uuid, counter, json, shown);
  }

  /** The plugin's part of the event's JSON, without the opening brace. */
  #announced(body: string): string {
    if (!body.startsWith('{"event": "playbook_on_stats"')) return body.slice(1);
    const { runner_stats: omitted, ...event } = JSON.parse(body) as {
      runner_stats?: RunStats;
      event_data: RunStats;
    };
    this.#stats ??= pickStats(omitted ?? event.event_data);
    return omitted === undefined ? body.slice(1) : spacedJson(event).slice(1);
  }
}

function pickStats(data: RunStats): RunStats {
  const { changed, dark, failures, ignored, ok, processed, rescued, skipped } = data;
  return { skipped, ok, dark, failures, ignored, rescued, processed, changed };
}

function withoutLineEnd(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === '\n' || text[end - 1] === '\r')) end--;
  return text.slice(0, end);
}

function newlines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
