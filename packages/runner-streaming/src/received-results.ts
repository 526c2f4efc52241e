import { errorText } from '@receptorjs/primitives';
import { type FinalStatus, type HandledEvent, type RunEvent } from '@receptorjs/runner-core';
import {
  ArtifactFolder,
  frozen,
  handledEvent,
  MAX_WORD_BYTES,
  readRegularFile,
  ShownOutput,
  type PluginSinks,
} from '@receptorjs/runner-core/internal';
import { join } from 'node:path';
import { isLocalError } from './local-errors.js';
import { StreamError } from './errors.js';
import { eventCopyOf, eventsOfCopy } from './messages/event-copy.js';
import { EventCounters } from './messages/event-counters.js';
import type { MessageReader } from './messages/message-reader.js';
import { messageOf, messagesIn, type Message } from './messages/message-recovery.js';
import type { ProcessOptions, ProcessResult, WorkerStatus } from './process-options.js';
import { receiveArchive } from './archive/received-archive.js';
import { wrongShape } from './received-shapes.js';
import { DamageReport, shownPart } from './messages/stream-damage.js';
import { NoteReceiver } from './worker-notes.js';

/** Statuses a run ends with. */
const FINAL: ReadonlySet<string> = new Set([
  'successful',
  'failed',
  'timeout',
  'canceled',
  'error',
]);

/** Bytes after which somebody is told again how far a stream is taken. */
const POSITION_BYTES = 2 ** 20;

/** The results of one run while they arrive. Owns the artifact folder and the last status. */
export class ReceivedResults {
  readonly #folder: ArtifactFolder;
  readonly #options: ProcessOptions;
  readonly #sinks: PluginSinks;
  readonly #shown: ShownOutput | undefined;
  readonly #counters: EventCounters;
  readonly #damage: DamageReport;
  readonly #notes: NoteReceiver;
  #status: string;
  #ident: string;
  #explanation: string | undefined;
  /** Whether the stream could not be taken to its end. */
  #failed = false;
  #missingBlobs = false;
  #archived = false;
  /** Messages that came, keepalives included. */
  #messages = 0;
  #recovered = 0;
  /** Bytes of the stream at which somebody was told of its position last. */
  #toldAt: number;

  private constructor(folder: ArtifactFolder, options: ProcessOptions, sinks: PluginSinks) {
    this.#folder = folder;
    this.#sinks = sinks;
    this.#options = options;
    const { bytes = 0, counter = 0, status = 'unstarted', ident = '' } = options.from ?? {};
    this.#counters = new EventCounters(counter);
    this.#status = status;
    this.#ident = ident;
    this.#toldAt = bytes;
    this.#shown = options.output && new ShownOutput(options.output);
    this.#damage = new DamageReport(options.onDamage);
    this.#notes = new NoteReceiver({ warning: options.onWarning, debug: options.onLog });
  }

  static async open(
    path: string,
    root: string,
    options: ProcessOptions,
    sinks: PluginSinks,
  ): Promise<ReceivedResults> {
    const folder = await ArtifactFolder.create(path, root);
    folder.openStdout();
    return new ReceivedResults(folder, options, sinks);
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
      this.#tellPosition(reader.position);
    }
    if (!this.#failed) await this.#complete();
    return this.#conclude();
  }

  /** Whoever goes on from a position needs nothing of what is before it. */
  #tellPosition(bytes: number): void {
    const { onPosition } = this.#options;
    if (onPosition === undefined || bytes - this.#toldAt < POSITION_BYTES) return;
    const isWhole = this.#damage.lines === 0 && this.#counters.gaps.length === 0;
    if (!isWhole || this.#archived || FINAL.has(this.#status)) return;
    this.#toldAt = bytes;
    const { highest: counter } = this.#counters;
    onPosition({ bytes, counter, status: this.#status, ident: this.#ident });
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
      await this.#fail(`Failed to read from worker stream. Error: ${errorText(error)}`);
      return undefined;
    }
    if (line === undefined) {
      await this.#fail(this.#whyIncomplete());
      return undefined;
    }
    const message = await messageOf(line);
    if (message !== undefined) return [message];
    const found = await messagesIn(line);
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
    if (typeof message.status === 'string')
      await this.#reportStatus(message as unknown as WorkerStatus);
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
    for await (const [event, line] of eventsOfCopy(copy)) {
      const { counter } = event;
      if (typeof counter !== 'number' || counter < copy.first || counter > copy.last) continue;
      if (!this.#counters.lacks(counter, counter)) continue;
      await this.#event(event, line);
      this.#recovered += 1;
      if (!this.#counters.lacks(copy.first, copy.last)) break;
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
    const status = this.#archived ? await this.#word('status') : '';
    if (this.#damage.lines > 0 && FINAL.has(status) && status !== 'error')
      await this.#reportStatus({ status: status as FinalStatus, runner_ident: this.#ident });
    else
      await this.#fail(
        `The worker stream came to its end, but the run did not: its last status is ${this.#status}.`,
      );
  }

  async #fail(explanation: string): Promise<void> {
    this.#failed = true;
    if (this.#options.signal?.aborted === true)
      await this.#reportStatus({
        status: 'canceled',
        job_explanation: 'The results were not taken to their end: this was canceled.',
      });
    else await this.#reportStatus({ status: 'error', job_explanation: explanation });
  }

  async #reportStatus(message: WorkerStatus): Promise<void> {
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
      const wrong = await wrongShape(this.#folder.path);
      if (wrong !== undefined) {
        await this.#fail(`The artifacts of the worker can't be used: ${wrong}.`);
        return false;
      }
      this.#archived = true;
      return true;
    } catch (error) {
      if (this.#options.throwsLocalErrors === true && isLocalError(error)) throw error;
      await this.#fail(
        `Failed to extract the artifacts from the worker stream. Error: ${errorText(error)}`,
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
      if (this.#options.eventLog === true) {
        const bytes = this.#folder.logEvents(`${json}\n`);
        this.#options.feed?.logged(bytes);
      } else {
        this.#folder.writeEvent(counter, uuid, json);
        this.#options.feed?.written({ counter, name: `${counter}-${uuid}.json` });
      }
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

  /** What a file of the artifacts holds; nothing, where it is no file with a word. */
  async #word(name: 'status' | 'rc'): Promise<string> {
    const file = join(this.#folder.path, name);
    return ((await readRegularFile(file, MAX_WORD_BYTES).catch(() => '')) ?? '').trim();
  }

  async #conclude(): Promise<Omit<ProcessResult, 'deliveries'>> {
    this.close();
    const recorded = await this.#word('rc');
    // Negative: a signal, as Python says it.
    const rc = /^-?\d{1,9}$/.test(recorded) ? Number(recorded) : undefined;
    if (this.#status === 'error' || rc === undefined)
      this.#folder.replaceWord('status', this.#status);
    if (rc === undefined) this.#folder.replaceWord('rc', 'None');
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
