import {
  ArtifactFolder,
  PluginSinks,
  readMapping,
  runIdent,
  ShownOutput,
  type DeliverySummary,
  type EventPlugin,
  type OutputSink,
  type RunEvent,
  type StatusMessage,
} from '@receptorjs/runner-core';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { StreamError } from './errors.js';
import { MessageReader } from './message-reader.js';
import { receiveArchive } from './received-archive.js';

/** A status as it comes from a worker; `error` says that the run could not be carried out. */
export type WorkerStatus =
  | StatusMessage
  | { readonly status: 'canceled'; readonly job_explanation: string }
  | {
      readonly status: 'error';
      readonly job_explanation: string;
      readonly result_traceback?: string;
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
  /** Called for each event, in order. Returning `false` leaves out the event's file. */
  readonly onEvent?: (event: RunEvent, json: string) => unknown;
  readonly onStatus?: (message: WorkerStatus) => unknown;
  /** Event plugins; those that the settings ask for get every status and event. They never fail the processing. */
  readonly plugins?: readonly EventPlugin[];
  /** Settings for the plugins; `env/settings` wins. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Gets a sentence about each event plugin that failed. */
  readonly onWarning?: (sentence: string) => void;
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
  /** Why the status is `error`. */
  readonly explanation?: string;
  /** What became of the messages for event plugins, one for each plugin that was in use. */
  readonly deliveries: readonly DeliverySummary[];
}

/**
 * Takes what a worker wrote: writes the artifacts (each event to `job_events/`), shows the output, tells statuses and
 * events. Never waits for more once the end mark came.
 *
 * @throws what a handler or the file system threw; the file `status` says `error` then, if it can be written.
 */
export async function processResults(options: ProcessOptions): Promise<ProcessResult> {
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
  #status = 'unstarted';
  #explanation: string | undefined;

  private constructor(folder: ArtifactFolder, options: ProcessOptions, sinks: PluginSinks) {
    this.#folder = folder;
    this.#sinks = sinks;
    this.#options = options;
    this.#shown = options.output && new ShownOutput(options.output);
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
    let complete = false;
    while (!complete) {
      const next = await this.#next(reader);
      if (next === undefined) break;
      const [message, line] = next;
      if (typeof message.status === 'string') await this.#tell(message as unknown as WorkerStatus);
      else if ('zipfile' in message) {
        if (!(await this.#archive(reader, message.zipfile))) break;
      } else if ('eof' in message) complete = true;
      else await this.#event(message, line);
    }
    if (complete && !FINAL.has(this.#status))
      await this.#fail(
        `The worker stream came to its end, but the run did not: its last status is ${this.#status}.`,
      );
    return this.#conclude();
  }

  /** Records that the results could not be taken. */
  async giveUp(): Promise<void> {
    this.#status = 'error';
    await this.#conclude().catch(() => undefined);
  }

  async #next(reader: MessageReader): Promise<[Record<string, unknown>, string] | undefined> {
    let line: string | undefined;
    try {
      line = await reader.line();
    } catch (error) {
      await this.#fail(`Failed to read from worker stream. Error: ${text(error)}`);
      return undefined;
    }
    if (line === undefined) {
      await this.#fail(
        'Unexpected empty line encountered during worker stream. Worker did not produce events or ' +
          'streaming was aborted, check execution node health.',
      );
      return undefined;
    }
    try {
      const value: unknown = JSON.parse(line);
      if (typeof value !== 'object' || value === null || Array.isArray(value))
        throw new StreamError('bad-line', 'the line holds no object');
      return [value as Record<string, unknown>, line];
    } catch (error) {
      await this.#fail(
        `Failed to JSON parse a line from worker stream. Error: ${text(error)} ` +
          `Line with invalid JSON data: ${line.slice(0, 1000)}`,
      );
      return undefined;
    }
  }

  async #fail(explanation: string): Promise<void> {
    if (this.#options.signal?.aborted === true)
      await this.#tell({
        status: 'canceled',
        job_explanation: 'The results were not taken to their end: this was canceled.',
      });
    else await this.#tell({ status: 'error', job_explanation: explanation });
  }

  async #tell(message: WorkerStatus): Promise<void> {
    this.#status = message.status;
    if ('job_explanation' in message) this.#explanation = message.job_explanation;
    this.#sinks.status(message);
    await this.#options.onStatus?.(message);
  }

  async #archive(reader: MessageReader, size: unknown): Promise<boolean> {
    // The archive brings its own.
    this.close();
    try {
      await receiveArchive(reader, size, this.#folder.path, { links: 'inside' });
      return true;
    } catch (error) {
      await this.#fail(
        `Failed to extract the artifacts from the worker stream. Error: ${text(error)}`,
      );
      return false;
    }
  }

  async #event(message: Record<string, unknown>, line: string): Promise<void> {
    const { uuid, counter, stdout } = message;
    // Keepalives, and whatever else can't be an event file.
    if (typeof uuid !== 'string' || !/^[\w.-]{1,128}$/.test(uuid)) return;
    if (typeof counter !== 'number' || !Number.isSafeInteger(counter) || counter <= 0) return;
    const wanted = await this.#options.onEvent?.(message as unknown as RunEvent, line);
    this.#sinks.event(message as unknown as RunEvent, line);
    if (wanted !== false) this.#folder.writeEvent(counter, uuid, line);
    const shown = this.#options.jsonMode === true ? `${line}\n` : shownText(message, stdout);
    if (shown === '') return;
    this.#folder.appendStdout(shown);
    await this.#shown?.show(shown);
  }

  async #conclude(): Promise<Omit<ProcessResult, 'deliveries'>> {
    this.close();
    const file = (name: string) => join(this.#folder.path, name);
    const recorded = (await readFile(file('rc'), 'utf8').catch(() => '')).trim();
    const rc = /^\d+$/.test(recorded) ? Number(recorded) : undefined;
    if (this.#status === 'error' || rc === undefined)
      await writeFile(file('status'), this.#status, { mode: 0o600 });
    if (rc === undefined) await writeFile(file('rc'), 'None', { mode: 0o600 });
    return {
      status: this.#status,
      artifactDir: this.#folder.path,
      ...(rc !== undefined && { rc }),
      ...(this.#explanation !== undefined && { explanation: this.#explanation }),
    };
  }
}

function shownText(message: Record<string, unknown>, stdout: unknown): string {
  if (typeof stdout !== 'string') return '';
  const { start_line: start, end_line: end } = message;
  const blankLine =
    !('pid' in message) && typeof start === 'number' && typeof end === 'number' && end > start;
  return stdout === '' && !blankLine ? '' : `${stdout}\n`;
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
