import type { ArtifactFolder } from '../artifacts/artifacts.js';
import type { EventFeed } from './event-feed.js';
import type { EventDestination } from './event-pump.js';
import type { EventRecord } from './event-record.js';
import type { PluginSinks } from './plugin-sinks.js';
import type { ShownOutput } from './shown-output.js';

/** Where the events of a run are recorded and shown. */
export interface RecorderParts {
  readonly artifacts: ArtifactFolder;
  readonly sinks: PluginSinks;
  readonly feed: EventFeed | undefined;
  readonly output: ShownOutput | undefined;
  /** Show events as JSON lines. */
  readonly asJson: boolean;
  /** Events go to the event log rather than to files of their own. */
  readonly asLog: boolean;
}

/** Characters of output, and of events for the log, that are gathered before they are written, at most. */
const MAX_GATHERED = 64 * 1024;

/**
 * Records events, after their handler: event plugins, file or log, `stdout`, console, in this order. Owns the text that was
 * not written yet.
 */
export class EventRecorder implements EventDestination {
  readonly #parts: RecorderParts;
  #gathered = '';
  /** Lines for the event log. */
  #lines = '';

  constructor(parts: RecorderParts) {
    this.#parts = parts;
  }

  record(event: EventRecord, withFile: boolean): void | Promise<void> {
    const { sinks, asJson, asLog } = this.#parts;
    if (!sinks.none) sinks.event(event.event, event.json);
    if (withFile && asLog) this.#log(event);
    else if (withFile) this.#writeFile(event);
    if (event.large) return this.#flushed(event);
    this.#gathered += asJson ? `${event.json}\n` : event.shown;
    const waiting = Math.max(this.#gathered.length, this.#lines.length);
    return waiting > MAX_GATHERED ? this.flush() : undefined;
  }

  #writeFile(event: EventRecord): void {
    const { artifacts, feed } = this.#parts;
    const { counter, uuid } = event;
    artifacts.writeEvent(counter, uuid, event.large ? event.jsonParts() : event.json);
    feed?.written({ counter, name: `${counter}-${uuid}.json` });
  }

  #log(event: EventRecord): void {
    if (!event.large) {
      this.#lines += `${event.json}\n`;
      return;
    }
    this.#flushLines();
    for (const part of event.jsonParts()) this.#parts.artifacts.logEvents(part);
    this.#lines = '\n';
    this.#flushLines();
  }

  #flushLines(): void {
    if (this.#lines === '') return;
    const { artifacts, feed } = this.#parts;
    const bytes = artifacts.logEvents(this.#lines);
    this.#lines = '';
    feed?.logged(bytes);
  }

  /** Writes what is shown of the event, a part at a time, behind what was gathered. */
  async #flushed(event: EventRecord): Promise<void> {
    await this.flush();
    const { asJson } = this.#parts;
    for (const part of asJson ? event.jsonParts() : event.shownParts()) {
      this.#gathered = part;
      await this.flush();
    }
    if (asJson) this.#gathered = '\n';
  }

  flush(): void | Promise<void> {
    this.#flushLines();
    const text = this.#gathered;
    if (text === '') return undefined;
    this.#gathered = '';
    this.#parts.artifacts.appendStdout(text);
    return this.#parts.output?.show(text);
  }
}
