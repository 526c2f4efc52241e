import { errorText } from '@receptorjs/primitives';
import { errorCode } from '../errors.js';
import {
  CLOSE_LIMIT_MS,
  OPEN_LIMIT_MS,
  type DeliverySummary,
  type EventPlugin,
  type EventSink,
  type PluginContext,
  type PluginStatus,
} from './event-plugins.js';
import type { RunEvent } from './events.js';
import { spacedJson } from './json-text.js';
import { shownEnvironment } from '../secrets/shown-environment.js';

/** One plugin's sink and what has been handed to it. */
interface OpenSink {
  readonly plugin: string;
  readonly sink: EventSink;
  handed: number;
  failure?: string;
}

/**
 * The sinks of one run. Keeps the run safe from its plugins: what one of them throws ends up as a warning, and that
 * plugin gets nothing more. Owns the list of sinks and their counts.
 */
export class PluginSinks {
  readonly #sinks: readonly OpenSink[];
  readonly #warn: (sentence: string) => void;
  #closing: Promise<readonly DeliverySummary[]> | undefined;

  private constructor(sinks: readonly OpenSink[], warn: (sentence: string) => void) {
    this.#sinks = sinks;
    this.#warn = warn;
  }

  /**
   * Opens the plugins that the settings ask for, all at once.
   *
   * @throws what a plugin threw whose `code` is `configuration`, after closing the others.
   */
  static async open(plugins: readonly EventPlugin[], context: PluginContext): Promise<PluginSinks> {
    const opened: OpenSink[] = [];
    let refusal: Error | undefined;
    const open = async (plugin: EventPlugin) => {
      try {
        const opening = plugin.open(context);
        const sink = await within(OPEN_LIMIT_MS, opening, 'it did not open').catch(
          (error: unknown) => {
            // One that comes too late is not left open.
            void opening.then((late) => late?.close()).catch(() => undefined);
            throw error;
          },
        );
        if (sink !== undefined) opened.push({ plugin: plugin.name, sink, handed: 0 });
      } catch (error) {
        if (error instanceof Error && errorCode(error) === 'configuration') refusal ??= error;
        else
          context.warn(
            `The event plugin ${plugin.name} can't be used, the run goes on without it: ${errorText(error)}`,
          );
      }
    };
    await Promise.all(plugins.map(open));
    const sinks = new PluginSinks(opened, context.warn);
    if (refusal !== undefined) {
      await sinks.close();
      throw refusal;
    }
    return sinks;
  }

  /** Whether no plugin was opened. */
  get none(): boolean {
    return this.#sinks.length === 0;
  }

  /** Hands a status to all sinks, without what is secret. */
  status(message: PluginStatus): void {
    if (this.none) return;
    const safe = withoutSecrets(message);
    const json = spacedJson(safe);
    this.#hand((sink) => sink.status(safe, json));
  }

  /** Hands an event and the text of its file to all sinks. */
  event(event: RunEvent, json: string): void {
    this.#hand((sink) => sink.event(event, json));
  }

  /** Closes all sinks, once; never rejects. Waits 15 minutes for each at most. */
  close(): Promise<readonly DeliverySummary[]> {
    this.#closing ??= Promise.all(this.#sinks.map((one) => this.#close(one)));
    return this.#closing;
  }

  #hand(give: (sink: EventSink) => void): void {
    for (const one of this.#sinks) {
      if (one.failure !== undefined) continue;
      try {
        give(one.sink);
        one.handed += 1;
      } catch (error) {
        one.failure = errorText(error);
        this.#warn(
          `The event plugin ${one.plugin} failed and gets no more of this run: ${one.failure}`,
        );
      }
    }
  }

  async #close(one: OpenSink): Promise<DeliverySummary> {
    try {
      const summary = await within(CLOSE_LIMIT_MS, one.sink.close(), 'it did not end');
      return one.failure === undefined ? summary : { ...summary, lastError: one.failure };
    } catch (error) {
      this.#warn(`The event plugin ${one.plugin} failed at its end: ${errorText(error)}`);
      return {
        plugin: one.plugin,
        target: '',
        delivered: 0,
        undelivered: 0,
        dropped: one.handed,
        retries: 0,
        deliveredEarlier: 0,
        lastError: one.failure ?? errorText(error),
      };
    }
  }
}

/** Rejects with `what` and the time, in ms, when that was not enough. */
async function within<T>(time: number, promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} within ${time / 1000} seconds`)), time);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** A worker of another implementation sends the values of variables whose names speak of secrets. */
function withoutSecrets(message: PluginStatus): PluginStatus {
  const env = 'env' in message ? message.env : undefined;
  if (typeof env !== 'object') return message;
  const texts = Object.fromEntries(
    Object.entries(env).filter(([, value]: [string, unknown]) => typeof value === 'string'),
  );
  const shown = { ...message, env: shownEnvironment(texts, new Set(Object.keys(texts))) };
  return shown;
}
