import { randomUUID } from 'node:crypto';
import { EventRecord } from './event-record.js';
import type { RunStats } from './events.js';
import { spacedJson } from './json-text.js';
import { piecesOf } from './large-text.js';
import type { Segment } from '../process/output/output-segments.js';

/** Where the assembler gets the announced events from. */
export interface EventSource {
  take(uuid: string): string | undefined | Promise<string | undefined>;
}

/**
 * Makes events out of segments: joins each with what the callback plugin sent about it, numbers them and
 * counts lines. Owns the counters; call {@link assemble} for one segment after the other.
 */
export class EventAssembler {
  /** The JSON that follows the lines. */
  readonly #runnerIdent: string;
  readonly #source: EventSource;
  #counter = 0;
  #line = 0;
  #stats: RunStats | undefined;

  constructor(ident: string, source: EventSource) {
    this.#runnerIdent = `"runner_ident": ${JSON.stringify(ident)}, `;
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
    const pieces = piecesOf(segment.text);
    for (const piece of pieces) this.#line += newlines(piece);
    const stdout = segment.cut ? pieces : withoutLineEnd(pieces);
    const head = `"uuid": ${JSON.stringify(uuid)}, "counter": ${counter}, "stdout": `;
    const lines = `, "start_line": ${startLine}, "end_line": ${this.#line}, ${this.#runnerIdent}`;
    const announced = body?.startsWith('{') === true ? this.#announced(body) : undefined;
    // The original's order of keys, which differs for text that no mark announced.
    const parts =
      announced === undefined
        ? {
            before: `{"event": "verbose", ${head}`,
            stdout,
            after: `${lines}"created": "${new Date().toISOString().replace('Z', '000+00:00')}"}`,
          }
        : { before: `{${head}`, stdout, after: lines + announced };
    // Text outside of events is shown as it came, that of events with their line end alone.
    const isOutside = announced === undefined && segment.rest !== true;
    const text = isOutside ? pieces : stdout;
    const ended = isOutside
      ? (pieces.at(-1) ?? '').endsWith('\n')
      : stdout.length === 0 && segment.rest !== true;
    const shown = segment.cut || ended ? text : [...text, '\n'];
    return new EventRecord(uuid, counter, parts, shown);
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

/** The pieces that are left without the line end. */
function withoutLineEnd(pieces: readonly string[]): readonly string[] {
  for (let at = pieces.length - 1; at >= 0; at--) {
    const piece = pieces[at] ?? '';
    let end = piece.length;
    while (end > 0 && isLineEnd(piece.charCodeAt(end - 1))) end--;
    if (end > 0) return [...pieces.slice(0, at), piece.slice(0, end)];
  }
  return [];
}

function isLineEnd(code: number): boolean {
  return code === 0x0a || code === 0x0d;
}

function newlines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
