import { errorText, onAbort } from '@receptorjs/primitives';
import { ConfigurationError, run, type FinalStatus } from '@receptorjs/runner-core';
import { handledEvent, spacedJson } from '@receptorjs/runner-core/internal';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { validateStreamOptions, workerChecks } from './argument-checks.js';
import { packFolder } from './archive/archive.js';
import { answerBlobQuery } from './blobs/blob-messages.js';
import { BlobStore } from './blobs/blob-store.js';
import { EVENT_COPY, EventCopies } from './messages/event-copy.js';
import { MessageWriter } from './messages/message-writer.js';
import { removeTree } from './archive/remove-tree.js';
import { receiveRun, WorkerFailure, type ReceivedRequest } from './received-run.js';
import { knownLimits } from './archive/archive-limits.js';
import { fromArguments, type PortableOptions } from './run-arguments.js';
import { NoteSender, type NoteKind } from './worker-notes.js';
import type { WorkerOptions } from './worker-options.js';
import { writeWorkerPidFile, removeWorkerPidFile } from './worker-pid-file.js';

/** How the worker's run ended; `error` when it could not be carried out at all. An answered query is `successful`. */
export interface WorkerResult {
  readonly status: FinalStatus | 'error';
  /** Exit status of the command, or 1 for `error`. */
  readonly rc: number;
}

/** `rc` of a run that was canceled. */
const RC_CANCELED = 254;

/**
 * Carries out the run a transmitting side wrote to `input`, and writes statuses, events, the artifacts as a zip
 * and the end mark to `output`. Whatever goes wrong is reported as a status `error` before the end mark, with its kind as
 * `error_code` where the input was to blame. While the job runs, the file `pid` of its folder holds the id of this process.
 *
 * @throws what writing to the output threw.
 */
export async function work(options: WorkerOptions): Promise<WorkerResult> {
  validateStreamOptions<WorkerOptions>('work', options, workerChecks);
  knownLimits(options.limits);
  const writer = new MessageWriter(options.output, options.keepaliveSeconds ?? 0);
  const notes = new NoteSender(writer);
  options.onStream?.((sentence) => notes.send('warning', sentence));
  let folder: string | undefined;
  try {
    folder = await openFolder(options);
    return await execute(folder, writer, speaking(options, notes));
  } catch (error) {
    await writer.line(spacedJson(errorStatus(error)));
    return { status: 'error', rc: 1 };
  } finally {
    try {
      await writer.end();
    } finally {
      // Also when the results have no reader any more: keys and passwords lie in it.
      if (folder !== undefined) {
        if (options.privateDataDir === undefined || options.delete === true)
          await removeTree(folder);
        else await removeWorkerPidFile(folder);
      }
    }
  }
}

/**
 * Says in the form of a worker's stream, end mark included, that there will be no run.
 *
 * @param explanation a sentence for people
 * @throws what writing to the output threw.
 */
export async function refuseWork(output: Writable, explanation: string): Promise<WorkerResult> {
  const writer = new MessageWriter(output);
  await writer.line(spacedJson({ status: 'error', job_explanation: explanation }));
  await writer.end();
  return { status: 'error', rc: 1 };
}

/** The options with handlers that put what they get into the stream. */
function speaking(options: WorkerOptions, notes: NoteSender): WorkerOptions {
  const also = (handler: ((sentence: string) => void) | undefined, kind: NoteKind) => {
    return (sentence: string) => {
      notes.send(kind, sentence);
      handler?.(sentence);
    };
  };
  return {
    ...options,
    onDamage: also(options.onDamage, 'warning'),
    onWarning: also(options.onWarning, 'warning'),
    ...(options.sendLog === true && { onLog: also(options.onLog, 'debug') }),
  };
}

/** Names and messages of an error and its causes, one a line; not where they were thrown, which means something to us alone. */
function traceback(error: Error): string {
  const lines: string[] = [];
  for (let at: unknown = error; at instanceof Error && lines.length < 10; at = at.cause)
    lines.unshift(`${at.name}: ${at.message}`);
  return lines.join('\n');
}

function errorStatus(error: unknown): Record<string, unknown> {
  const cause = error instanceof WorkerFailure ? error.cause : undefined;
  return {
    status: 'error',
    job_explanation: errorText(error),
    ...(cause instanceof Error && { result_traceback: traceback(cause) }),
    ...(error instanceof WorkerFailure && { error_code: error.code }),
  };
}

/** The folder the private data dir is unpacked to: a new one, or the given one, emptied if that is asked for. */
async function openFolder(options: WorkerOptions): Promise<string> {
  if (options.privateDataDir === undefined) return mkdtemp(join(tmpdir(), 'runner-worker-'));
  if (options.delete === true) await removeTree(options.privateDataDir);
  return resolve(options.privateDataDir);
}

async function execute(
  folder: string,
  writer: MessageWriter,
  options: WorkerOptions,
): Promise<WorkerResult> {
  const store = options.blobStore && (await BlobStore.open(options.blobStore));
  const request = await receiveUnlessCanceled(options, folder, store);
  if (request === undefined) {
    const job_explanation = 'The worker was canceled before it had received the run.';
    await writer.line(spacedJson({ status: 'canceled', job_explanation }));
    return { status: 'canceled', rc: RC_CANCELED };
  }
  if (request.kind === 'query') {
    if (store === undefined)
      throw new ConfigurationError(
        'This worker has no blob store; send runs with all their files.',
      );
    await answerBlobQuery(request.digests, store, writer);
    return { status: 'successful', rc: 0 };
  }
  const settings = fromArguments(request.kwargs, folder);
  await writeWorkerPidFile(folder);
  return runHere(settings, request.accepts.has(EVENT_COPY), folder, writer, options);
}

async function runHere(
  settings: PortableOptions,
  copied: boolean,
  folder: string,
  writer: MessageWriter,
  options: WorkerOptions,
): Promise<WorkerResult> {
  const copies = copied ? new EventCopies((line) => writer.line(line)) : undefined;
  const result = await run({
    ...settings,
    privateDataDir: folder,
    onStatus: (message) => writer.line(spacedJson(message)),
    onEvent: async (event, given) => {
      const handled = handledEvent(await options.onEvent?.(event, given), event, given);
      if (handled.fate === 'dropped' || (handled.fate === 'kept' && !handled.withFile)) {
        // Or it would be missed.
        await writer.line(spacedJson({ dropped_event: event.counter }));
        return null;
      }
      const json = handled.fate === 'replaced' ? handled.json : given;
      await writer.line(json);
      await copies?.add(event.counter, json);
      // The artifact `stdout` is sent as well.
      if (handled.fate === 'replaced') return handled.event;
      // The receiving side writes the event files.
      return false;
    },
    ...(options.onWarning && { onWarning: options.onWarning }),
    ...(options.onLog && { onLog: options.onLog }),
    ...(options.signal && { signal: options.signal }),
  });
  await copies?.finish();
  await writer.archive(await packFolder(result.artifactDir));
  return { status: result.status, rc: result.rc };
}

/** What {@link receiveRun} gives, or `undefined` when the signal came before the end mark. */
async function receiveUnlessCanceled(
  { input, signal, privateDataDir, limits = {}, onDamage }: WorkerOptions,
  folder: string,
  store: BlobStore | undefined,
): Promise<ReceivedRequest | undefined> {
  const stopListening = onAbort(signal, () => input.destroy(new Error('canceled')));
  try {
    const filled = privateDataDir !== undefined;
    return await receiveRun({ input, folder, filled, store, limits, onDamage });
  } catch (error) {
    if (signal?.aborted === true) return undefined;
    throw error;
  } finally {
    stopListening();
  }
}
