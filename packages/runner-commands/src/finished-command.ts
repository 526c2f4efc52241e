import {
  handledEvent,
  runCommandLine,
  type CommandRunOptions,
  type EventHandler,
  type PipedStreams,
  type RunResult,
} from '@receptorjs/runner-core';
import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommonOptions } from './common-options.js';
import { CommandError } from './errors.js';

/** Most bytes of output that are given back as a text. */
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

/** A command that has ended, and what it wrote. */
export interface FinishedCommand {
  readonly result: RunResult;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command to its end and reads what it wrote.
 *
 * @param streams `undefined` for a terminal
 * @throws ConfigurationError, CallbackError as `runCommandLine` does.
 * @throws CommandError when the output is too large.
 */
export async function finishCommand(
  { privateDataDir: given, ...options }: Omit<CommonOptions, 'runnerMode'>,
  command: readonly string[],
  streams: PipedStreams | undefined,
): Promise<FinishedCommand> {
  if (given !== undefined) await mkdir(given, { recursive: true, mode: 0o700 });
  const privateDataDir = given ?? (await mkdtemp(join(tmpdir(), '.ansible-runner-')));
  try {
    const run: CommandRunOptions = {
      ...options,
      privateDataDir,
      command,
      ...(streams && { streams }),
      ...(given === undefined && { onEvent: withoutFile(options.onEvent) }),
    };
    const result = await runCommandLine(run);
    const [stdout, stderr] = await Promise.all(
      ['stdout', 'stderr'].map((name) => readOutput(join(result.artifactDir, name))),
    );
    return { result, stdout: stdout ?? '', stderr: stderr ?? '' };
  } finally {
    if (given === undefined) await rm(privateDataDir, { recursive: true, force: true });
  }
}

/** In a folder that is removed nobody would read the files of events, and there is one for each line. */
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
  return size === 0 ? '' : (await readFile(path, 'utf8')).replaceAll('\r\n', '\n');
}
