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
}

/** Characters of output that are gathered before they are written, at most. */
const MAX_GATHERED = 64 * 1024;

/**
 * Records events, after their handler: event plugins, file, `stdout`, console, in this order. Owns the text that was
 * not written yet.
 */
export class EventRecorder implements EventDestination {
  readonly #parts: RecorderParts;
  #gathered = '';

  constructor(parts: RecorderParts) {
    this.#parts = parts;
  }

  record(event: EventRecord, withFile: boolean): void | Promise<void> {
    const { artifacts, sinks, feed, asJson } = this.#parts;
    if (!sinks.none) sinks.event(event.event, event.json);
    if (withFile) {
      artifacts.writeEvent(event.counter, event.uuid, event.jsonParts());
      feed?.written({ counter: event.counter, name: `${event.counter}-${event.uuid}.json` });
    }
    if (event.large) return this.#flushed(event);
    this.#gathered += asJson ? `${event.json}\n` : event.shown;
    return this.#gathered.length > MAX_GATHERED ? this.flush() : undefined;
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
    const text = this.#gathered;
    if (text === '') return undefined;
    this.#gathered = '';
    this.#parts.artifacts.appendStdout(text);
    return this.#parts.output?.show(text);
  }
}
