import {
  type CommandRunOptions,
  type EventFeed,
  type EventHandler,
  type PipedStreams,
  type RunResult,
} from '@receptorjs/runner-core';
import {
  handledEvent,
  MAX_OUTPUT_BYTES,
  readRegularFile,
  runCommandLine,
} from '@receptorjs/runner-core/internal';
import { mkdtempSync } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommonOptions } from './common-options.js';
import { CommandError } from './errors.js';

/** A command that has ended, and what it wrote. */
export interface FinishedCommand {
  readonly result: RunResult;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where a command runs whose events are read while it does. */
export interface CommandPlace {
  readonly path: string;
  readonly feed: EventFeed;
}

/** The folder of a command; a temporary one when none is given, which {@link leave} removes. */
export function commandFolder(given: string | undefined): {
  readonly path: string;
  readonly leave: () => Promise<void>;
} {
  if (given !== undefined) return { path: given, leave: () => Promise.resolve() };
  const path = mkdtempSync(join(tmpdir(), '.ansible-runner-'));
  return { path, leave: () => rm(path, { recursive: true, force: true }) };
}

/**
 * Runs a command to its end and reads what it wrote.
 *
 * @param streams `undefined` for a terminal
 * @param place where the caller reads its events; removing that is left to the caller
 * @throws {ConfigurationError}, CallbackError as `runCommandLine` does.
 * @throws {CommandError} when the output is too large; UnsafeFileError when the command put something else in its place.
 */
export async function finishCommand(
  { privateDataDir: given, ...options }: Omit<CommonOptions, 'runnerMode'>,
  command: readonly string[],
  streams: PipedStreams | undefined,
  place?: CommandPlace,
): Promise<FinishedCommand> {
  const folder = commandFolder(place?.path ?? given);
  try {
    const run: CommandRunOptions = {
      ...options,
      privateDataDir: folder.path,
      command,
      ...(streams && { streams }),
      ...(given === undefined && place === undefined && { onEvent: withoutFile(options.onEvent) }),
    };
    const result = await runCommandLine(run, place?.feed);
    const [stdout, stderr] = await Promise.all(
      ['stdout', 'stderr'].map((name) => readOutput(join(result.artifactDir, name))),
    );
    return { result, stdout: stdout ?? '', stderr: stderr ?? '' };
  } finally {
    await folder.leave();
  }
}

/** In a folder that is removed the files of events would have no reader, and there is one for each line. */
function withoutFile(handler: EventHandler | undefined): EventHandler {
  if (handler === undefined) return () => false;
  return async (event, json) => {
    const answer = await handler(event, json);
    // One that was changed has a file, which goes with the folder.
    return handledEvent(answer, event, json).fate === 'kept' ? false : answer;
  };
}

/** The text of an output file; none when the settings say that there shall be none. Lines end as on pipes. */
async function readOutput(path: string): Promise<string> {
  const size = (await stat(path).catch(() => undefined))?.size ?? 0;
  if (size > MAX_OUTPUT_BYTES)
    throw new CommandError(
      'output-too-large',
      `The command wrote ${size} bytes, which is more than a text may have here (${MAX_OUTPUT_BYTES}); show its output on a stream instead.`,
    );
  const text = size === 0 ? '' : await readRegularFile(path, MAX_OUTPUT_BYTES);
  return (text ?? '').replaceAll('\r\n', '\n');
}
