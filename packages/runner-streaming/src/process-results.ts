import {
  ArtifactFolder,
  PluginSinks,
  readMapping,
  runIdent,
  ShownOutput,
  type DeliverySummary,
  type EventFeed,
  type EventHandler,
  type HandledEvent,
  frozen,
  handledEvent,
  type EventPlugin,
  type FinalStatus,
  type OutputSink,
  type RunEvent,
  type StatusMessage,
} from '@receptorjs/runner-core';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { processChecks, validateStreamOptions } from './argument-checks.js';
import { StreamError } from './errors.js';
import { eventCopyOf, eventsOfCopy } from './event-copy.js';
import { EventCounters } from './event-counters.js';
import { MessageReader } from './message-reader.js';
import { messageOf, messagesIn, type Message } from './message-recovery.js';
import { NoteReceiver } from './worker-notes.js';
import { receiveArchive, type ArchiveLimits } from './received-archive.js';
import { DamageReport, shownPart, type StreamDamage } from './stream-damage.js';

/** A status as it comes from a worker; `error` says that the run could not be carried out. */
export type WorkerStatus =
  | StatusMessage
  | { readonly status: 'canceled'; readonly job_explanation: string }
  | {
      readonly status: 'error';
      readonly job_explanation: string;
      readonly result_traceback?: string;
      /** Kind of the error where the worker's input was to blame; `missing-blobs`: send the run with all its files. */
      readonly error_code?: string;
    };

/** Statuses a run ends with. */
const FINAL: ReadonlySet<string> = new Set([
  'successful',
  'failed',
  'timeout',
  'canceled',
  'error',
]);

/** Where the worker's stream comes from and where the results go. */
export interface ProcessOptions {
  readonly input: Readable;
  readonly privateDataDir: string;
  /** Folder for the artifacts, `<ident>` appended if given. Default: `artifacts` in the private data dir. */
  readonly artifactDir?: string;
  readonly ident?: string;
  /** Shows the run's output here. */
  readonly output?: OutputSink;
  /** Show events as JSON lines instead of their text. */
  readonly jsonMode?: boolean;
  /** Called for each event, in order; may leave it without a file, change it or drop it, as the handler of a run may. */
  readonly onEvent?: EventHandler;
  readonly onStatus?: (message: WorkerStatus) => unknown;
  /** Told of each event's file. */
  readonly feed?: EventFeed;
  /** Event plugins; those that the settings ask for get every status and event. They never fail the processing. */
  readonly plugins?: readonly EventPlugin[];
  /** Settings for the plugins; `env/settings` wins. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Gets a sentence about each event plugin that failed, and what a worker of this project warns of; 100 of these at most. */
  readonly onWarning?: (sentence: string) => void;
  /** Gets what a worker of this project does, when that sends its log. */
  readonly onLog?: (line: string) => void;
  /** Gets a sentence for each of the first ten damaged lines, and sentences that sum up at the end. */
  readonly onDamage?: (sentence: string) => void;
  /** What the artifacts may take. */
  readonly limits?: ArchiveLimits;
  /** Takes no more: the input is destroyed, what has come is kept, and the status is `canceled`. */
  readonly signal?: AbortSignal;
}

/** How the run on the worker ended. */
export interface ProcessResult {
  /** `error` when the stream was incomplete or the worker said so. */
  readonly status: string;
  /** What the worker's `rc` file says; absent when none came. */
  readonly rc?: number;
  readonly artifactDir: string;
  /** Why the status is `error`, or what the worker says of a run that did not come to its recap. */
  readonly explanation?: string;
  /** What became of the messages for event plugins, one for each plugin that was in use. */
  readonly deliveries: readonly DeliverySummary[];
  /** The worker's files have become too few since it was asked: send the run without `known`. */
  readonly missingBlobs?: true;
  /** What did not come as it was sent; absent when all did. */
  readonly damage?: StreamDamage;
}

/**
 * Takes what a worker wrote: writes the artifacts (each event to `job_events/`), shows the output, tells statuses and
 * events. Never waits for more once the end mark came.
 *
 * A damaged line costs that line at most: reading goes on with the next one, and what is whole in it is taken. Events
 * that are missing then are taken, late, from the copies that a worker of this project sends along when
 * the transmitting side was of this project too; those that are nowhere are named in `damage`.
 *
 * @throws what a handler or the file system threw; the file `status` says `error` then, if it can be written.
 */
export async function processResults(options: ProcessOptions): Promise<ProcessResult> {
  validateStreamOptions<ProcessOptions>('processResults', options, processChecks);
  const root = resolve(options.artifactDir ?? join(options.privateDataDir, 'artifacts'));
  const artifactDir = options.ident === undefined ? root : join(root, runIdent(options.ident));
  const { input, signal } = options;
  const settingsFile = join(resolve(options.privateDataDir), 'env', 'settings');
  const sinks = await PluginSinks.open(options.plugins ?? [], {
    ident: options.ident ?? '',
    settings: { ...options.settings, ...(await readMapping(settingsFile)) },
    env: process.env,
    artifactDir,
    artifactRoot: root,
    warn: (sentence) => options.onWarning?.(sentence),
  });
  const results = await Results.open(artifactDir, options, sinks).catch(async (error: unknown) => {
    await sinks.close();
    throw error;
  });
  const stop = () => input.destroy(new Error('canceled'));
  signal?.addEventListener('abort', stop);
  if (signal?.aborted === true) stop();
  try {
    const result = await results.take(new MessageReader(input));
    return { ...result, deliveries: await sinks.close() };
  } catch (error) {
    await results.giveUp();
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
    results.close();
    await sinks.close();
  }
}

/** The results of one run while they arrive. Owns the artifact folder and the last status. */
class Results {
  readonly #folder: ArtifactFolder;
  readonly #options: ProcessOptions;
  readonly #sinks: PluginSinks;
  readonly #shown: ShownOutput | undefined;
  readonly #counters = new EventCounters();
  readonly #damage: DamageReport;
  readonly #notes: NoteReceiver;
  #status = 'unstarted';
  #ident = '';
  #explanation: string | undefined;
  /** Whether the stream could not be taken to its end. */
  #failed = false;
  #missingBlobs = false;
  #archived = false;
  /** Messages that came, keepalives included. */
  #messages = 0;
  #recovered = 0;

  private constructor(folder: ArtifactFolder, options: ProcessOptions, sinks: PluginSinks) {
    this.#folder = folder;
    this.#sinks = sinks;
    this.#options = options;
    this.#shown = options.output && new ShownOutput(options.output);
    this.#damage = new DamageReport(options.onDamage);
    this.#notes = new NoteReceiver({ warning: options.onWarning, debug: options.onLog });
  }

  static async open(path: string, options: ProcessOptions, sinks: PluginSinks): Promise<Results> {
    const folder = await ArtifactFolder.create(path);
    folder.openStdout();
    return new Results(folder, options, sinks);
  }

  close(): void {
    this.#folder.close();
  }

  async take(reader: MessageReader): Promise<Omit<ProcessResult, 'deliveries'>> {
    let more = true;
    while (more) {
      const messages = await this.#next(reader);
      if (messages === undefined) break;
      for (const message of messages) {
        more = await this.#message(reader, message);
        if (!more) break;
      }
    }
    if (!this.#failed) await this.#complete();
    return this.#conclude();
  }

  /** Records that the results could not be taken. */
  async giveUp(): Promise<void> {
    this.#status = 'error';
    await this.#conclude().catch(() => undefined);
  }

  /** The messages of the next line, mostly one; `undefined` when there is no more to be read. */
  async #next(reader: MessageReader): Promise<readonly Message[] | undefined> {
    let line: string | undefined;
    try {
      line = await reader.line();
    } catch (error) {
      if (error instanceof StreamError) {
        this.#damage.line(error.message, 0);
        return [];
      }
      await this.#fail(`Failed to read from worker stream. Error: ${text(error)}`);
      return undefined;
    }
    if (line === undefined) {
      await this.#fail(this.#whyIncomplete());
      return undefined;
    }
    const message = messageOf(line);
    if (message !== undefined) return [message];
    const found = messagesIn(line);
    this.#damage.line(line, found.length);
    return found;
  }

  #whyIncomplete(): string {
    const { first, last } = this.#damage;
    // What ends a program is the last thing it says.
    const end = last === undefined ? '' : ` The last line that is no message: ${last}`;
    if (this.#messages === 0 && first !== undefined)
      return (
        'Failed to JSON parse a line from worker stream. Error: the stream holds no message. ' +
        `Line with invalid JSON data: ${first}${last === first ? '' : end}`
      );
    return (
      'Unexpected empty line encountered during worker stream. Worker did not produce events or ' +
      `streaming was aborted, check execution node health.${end}`
    );
  }

  /** Takes one message; `false` when no further one is wanted. */
  async #message(reader: MessageReader, [message, line]: Message): Promise<boolean> {
    this.#messages += 1;
    if (typeof message.status === 'string') await this.#tell(message as unknown as WorkerStatus);
    else if ('zipfile' in message) return this.#archive(reader, message.zipfile);
    else if ('eof' in message) return false;
    else if ('event_copy' in message) await this.#takeMissing(message);
    else if (typeof message.dropped_event === 'number') this.#counters.add(message.dropped_event);
    else if (!this.#notes.take(message)) await this.#event(message, line);
    return true;
  }

  /** Takes those events of a copy that have not come alone. */
  async #takeMissing(message: Message[0]): Promise<void> {
    const copy = eventCopyOf(message);
    if (copy === undefined) return;
    this.#counters.upTo(copy.last);
    if (!this.#counters.lacks(copy.first, copy.last)) return;
    for (const [event, line] of await eventsOfCopy(copy))
      if (typeof event.counter === 'number' && this.#counters.lacks(event.counter, event.counter)) {
        await this.#event(event, line);
        this.#recovered += 1;
      }
  }

  /** What is done once the end mark came. */
  async #complete(): Promise<void> {
    if (this.#damage.lines > 0 && !this.#archived && FINAL.has(this.#status)) {
      // One that never received its run has none.
      if (this.#status !== 'error' && this.#ident !== '')
        await this.#fail('The artifacts did not come: their line was damaged.');
    } else if (!FINAL.has(this.#status)) await this.#finalStatus();
  }

  /** The last status did not come; the artifacts may have it. */
  async #finalStatus(): Promise<void> {
    const file = join(this.#folder.path, 'status');
    const status = this.#archived ? (await readFile(file, 'utf8').catch(() => '')).trim() : '';
    if (this.#damage.lines > 0 && FINAL.has(status) && status !== 'error')
      await this.#tell({ status: status as FinalStatus, runner_ident: this.#ident });
    else
      await this.#fail(
        `The worker stream came to its end, but the run did not: its last status is ${this.#status}.`,
      );
  }

  async #fail(explanation: string): Promise<void> {
    this.#failed = true;
    if (this.#options.signal?.aborted === true)
      await this.#tell({
        status: 'canceled',
        job_explanation: 'The results were not taken to their end: this was canceled.',
      });
    else await this.#tell({ status: 'error', job_explanation: explanation });
  }

  async #tell(message: WorkerStatus): Promise<void> {
    this.#status = message.status;
    if ('runner_ident' in message) this.#ident = message.runner_ident;
    if ('error_code' in message) this.#missingBlobs = message.error_code === 'missing-blobs';
    if ('job_explanation' in message) this.#explanation = explanationOf(message);
    this.#sinks.status(message);
    await this.#options.onStatus?.(message);
  }

  async #archive(reader: MessageReader, size: unknown): Promise<boolean> {
    // The archive brings its own.
    this.close();
    try {
      await receiveArchive(reader, size, this.#folder.path, {
        ...this.#options.limits,
        links: 'inside',
        onForeign: (bytes) => this.#damage.foreign(bytes),
      });
      this.#archived = true;
      return true;
    } catch (error) {
      await this.#fail(
        `Failed to extract the artifacts from the worker stream. Error: ${text(error)}`,
      );
      return false;
    }
  }

  async #event(message: Record<string, unknown>, line: string): Promise<void> {
    const { uuid, counter } = message;
    // Keepalives, and whatever else can't be an event file.
    if (typeof uuid !== 'string' || !/^[\w.-]{1,128}$/.test(uuid)) return;
    if (typeof counter !== 'number' || !Number.isSafeInteger(counter) || counter <= 0) return;
    this.#counters.add(counter);
    const received = message as unknown as RunEvent;
    const handled = await this.#handle(received, line);
    if (handled.fate === 'dropped') return;
    const { event, json } = handled.fate === 'replaced' ? handled : { event: received, json: line };
    this.#sinks.event(event, json);
    if (handled.fate === 'replaced' || handled.withFile) {
      this.#folder.writeEvent(counter, uuid, json);
      this.#options.feed?.written({ counter, name: `${counter}-${uuid}.json` });
    }
    const shown = this.#options.jsonMode === true ? `${json}\n` : shownText(event);
    if (shown === '') return;
    this.#folder.appendStdout(shown);
    await this.#shown?.show(shown);
  }

  async #handle(event: RunEvent, json: string): Promise<HandledEvent> {
    const handler = this.#options.onEvent;
    if (handler === undefined) return { fate: 'kept', withFile: true };
    const given = frozen(event);
    return handledEvent(await handler(given, json), given, json);
  }

  async #conclude(): Promise<Omit<ProcessResult, 'deliveries'>> {
    this.close();
    const file = (name: string) => join(this.#folder.path, name);
    const recorded = (await readFile(file('rc'), 'utf8').catch(() => '')).trim();
    // Negative: a signal, as Python says it.
    const rc = /^-?\d{1,9}$/.test(recorded) ? Number(recorded) : undefined;
    if (this.#status === 'error' || rc === undefined)
      await writeFile(file('status'), this.#status, { mode: 0o600 });
    if (rc === undefined) await writeFile(file('rc'), 'None', { mode: 0o600 });
    const damage = this.#damage.conclude(this.#counters.gaps, this.#recovered);
    return {
      ...(damage !== undefined && { damage }),
      status: this.#status,
      artifactDir: this.#folder.path,
      ...(rc !== undefined && { rc }),
      ...(this.#missingBlobs && { missingBlobs: true as const }),
      ...(this.#explanation !== undefined && { explanation: this.#explanation }),
    };
  }
}

function shownText(event: RunEvent): string {
  const { stdout, start_line: start, end_line: end } = event as unknown as Record<string, unknown>;
  if (typeof stdout !== 'string') return '';
  const blankLine =
    !('pid' in event) && typeof start === 'number' && typeof end === 'number' && end > start;
  return stdout === '' && !blankLine ? '' : `${stdout}\n`;
}

/** What a worker says, and the last line of its traceback, which says what it met. A worker may write anything. */
function explanationOf(message: WorkerStatus): string {
  const { job_explanation: said, result_traceback: traceback } = message as unknown as Record<
    string,
    unknown
  >;
  const reason = typeof said === 'string' ? said : 'The worker gave no reason.';
  const last = typeof traceback === 'string' ? traceback.trimEnd().split('\n').at(-1) : undefined;
  return last ? `${reason} (${shownPart(last)})` : reason;
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
