import type { ArtifactFolder } from './artifacts.js';
import type { EventRecord } from './event-assembler.js';
import type { EventFeed } from './event-feed.js';
import type { EventDestination } from './event-pump.js';
import type { RunEvent } from './events.js';
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

/** Records events, after their handler: event plugins, file, `stdout`, console, in this order. */
export class EventRecorder implements EventDestination {
  readonly #parts: RecorderParts;

  constructor(parts: RecorderParts) {
    this.#parts = parts;
  }

  record(event: EventRecord, withFile: boolean): void | Promise<void> {
    const { artifacts, sinks, feed, output, asJson } = this.#parts;
    if (!sinks.none) sinks.event(JSON.parse(event.json) as RunEvent, event.json);
    if (withFile) {
      artifacts.writeEvent(event.counter, event.uuid, event.json);
      feed?.written({ counter: event.counter, name: `${event.counter}-${event.uuid}.json` });
    }
    const text = asJson ? `${event.json}\n` : event.shown;
    artifacts.appendStdout(text);
    return output?.show(text);
  }
}
