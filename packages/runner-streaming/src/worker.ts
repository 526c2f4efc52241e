import { run, type FinalStatus, type RunOptions } from '@receptorjs/runner-core';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { packFolder } from './archive.js';
import { StreamError } from './errors.js';
import { MessageReader } from './message-reader.js';
import { MessageWriter } from './message-writer.js';
import { receiveArchive } from './received-archive.js';
import { fromArguments, type RunArguments } from './run-arguments.js';

/** Where a worker gets its run from and where the results go. */
export interface WorkerOptions {
  readonly input: Readable;
  readonly output: Writable;
  /** Folder the private data dir is unpacked to. Default: a temporary one, removed at the end. */
  readonly privateDataDir?: string;
  /** Remove `privateDataDir` before and after. */
  readonly delete?: boolean;
  /** Seconds of silence after which a keepalive event is sent. Default 0: never. */
  readonly keepaliveSeconds?: number;
  /**
   * Cancels the run; its artifacts and the end mark are still sent. While the run has not been received yet, the input
   * is destroyed, and there are no artifacts.
   */
  readonly signal?: AbortSignal;
}

/** How the worker's run ended; `error` when it could not be carried out at all. */
export interface WorkerResult {
  readonly status: FinalStatus | 'error';
  /** Exit status of the command, or 1 for `error`. */
  readonly rc: number;
}

/** `rc` of a run that was canceled. */
const RC_CANCELED = 254;

/** What went wrong before the run, as the status message says it. */
class WorkerFailure extends Error {
  readonly detail: string | undefined;

  constructor(explanation: string, cause: unknown) {
    super(explanation, { cause });
    this.detail = cause instanceof Error ? (cause.stack ?? cause.message) : undefined;
  }
}

/**
 * Carries out the run a transmitting side wrote to `input`, and writes statuses, events, the artifacts as a zip
 * and the end mark to `output`. Whatever goes wrong is told as a status `error` before the end mark.
 *
 * @throws what writing to the output threw.
 */
export async function work(options: WorkerOptions): Promise<WorkerResult> {
  const writer = new MessageWriter(options.output, options.keepaliveSeconds ?? 0);
  let folder: string | undefined;
  try {
    folder = await openFolder(options);
    return await carryOut(folder, writer, options);
  } catch (error) {
    await writer.line(
      JSON.stringify({
        status: 'error',
        job_explanation: error instanceof Error ? error.message : String(error),
        ...(error instanceof WorkerFailure &&
          error.detail !== undefined && { result_traceback: error.detail }),
      }),
    );
    return { status: 'error', rc: 1 };
  } finally {
    try {
      await writer.end();
    } finally {
      // Also when nobody takes the results any more: keys and passwords lie in it.
      if (folder !== undefined && (options.privateDataDir === undefined || options.delete === true))
        await rm(folder, { recursive: true, force: true });
    }
  }
}

/** The folder the private data dir is unpacked to: a new one, or the given one, emptied if that is asked for. */
async function openFolder(options: WorkerOptions): Promise<string> {
  if (options.privateDataDir === undefined) return mkdtemp(join(tmpdir(), 'runner-worker-'));
  if (options.delete === true) await rm(options.privateDataDir, { recursive: true, force: true });
  return resolve(options.privateDataDir);
}

async function carryOut(
  folder: string,
  writer: MessageWriter,
  options: WorkerOptions,
): Promise<WorkerResult> {
  const given = await receiveUnlessCanceled(options, folder);
  if (given === undefined) {
    const job_explanation = 'The worker was canceled before it had received the run.';
    await writer.line(JSON.stringify({ status: 'canceled', job_explanation }));
    return { status: 'canceled', rc: RC_CANCELED };
  }
  const settings = fromArguments(given, folder);
  const runOptions: RunOptions = {
    ...settings,
    privateDataDir: folder,
    onStatus: (message) => writer.line(JSON.stringify(message)),
    onEvent: async (_event, json) => {
      await writer.line(json);
      // The receiving side writes the event files.
      return false;
    },
    ...(options.signal && { signal: options.signal }),
  };
  const result = await run(runOptions);
  await writer.archive(await packFolder(result.artifactDir));
  return { status: result.status, rc: result.rc };
}

/** What {@link receive} gives, or `undefined` when the signal came before the end mark. */
async function receiveUnlessCanceled(
  { input, signal }: WorkerOptions,
  folder: string,
): Promise<RunArguments | undefined> {
  const stop = () => input.destroy(new Error('canceled'));
  signal?.addEventListener('abort', stop);
  if (signal?.aborted === true) stop();
  try {
    return await receive(new MessageReader(input), folder);
  } catch (error) {
    if (signal?.aborted === true) return undefined;
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** Reads up to the end mark; unpacks the private data dir, if one comes, and returns the arguments. */
async function receive(reader: MessageReader, folder: string): Promise<RunArguments> {
  let given: RunArguments | undefined;
  for (;;) {
    const message = await nextMessage(reader);
    if ('kwargs' in message) {
      if (
        typeof message.kwargs !== 'object' ||
        message.kwargs === null ||
        Array.isArray(message.kwargs)
      )
        throw new WorkerFailure('The arguments of the run are no mapping.', undefined);
      given = message.kwargs as RunArguments;
    } else if ('zipfile' in message) {
      try {
        await receiveArchive(reader, message.zipfile, folder);
      } catch (error) {
        throw new WorkerFailure('Failed to extract private data directory on worker.', error);
      }
    } else if ('eof' in message) {
      if (given === undefined)
        throw new WorkerFailure(
          'The transmit stream ended without the arguments of a run.',
          undefined,
        );
      return given;
    }
  }
}

async function nextMessage(reader: MessageReader): Promise<Record<string, unknown>> {
  try {
    const line = await reader.line();
    if (line === undefined)
      throw new StreamError('truncated', 'the stream ended without its end mark');
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new StreamError('bad-line', 'a line holds no object');
    return value as Record<string, unknown>;
  } catch (error) {
    throw new WorkerFailure('Failed to JSON parse a line from transmit stream.', error);
  }
}
