import { executePlan } from './execute-plan.js';
import type { EventFeed } from './events/event-feed.js';
import { runIdent } from './plan/ident.js';
import { artifactPlaces, planJob } from './plan/job-plan.js';
import { prepareTerminal } from './process/terminal/open-terminal.js';
import { readPrivateDataDir } from './inputs/private-data-dir.js';
import { startRun, type RunHandle } from './run-handle.js';
import { validateJobOptions } from './inputs/run-option-checks.js';
import type { RunOptionsWithFolder, RunOptions } from './inputs/run-options.js';
import type { RunResult } from './run-result.js';
import { placeOf } from './plan/temporary-run.js';

/**
 * Runs Ansible in a private data dir and resolves when it has ended, however it ended. Any number of runs may go
 * on at once; they share nothing. The private data dir gets `artifacts/<ident>/` and nothing else.
 *
 * @throws {ConfigurationError} before anything is started, when the options or the private data dir can't be used.
 * @throws {CallbackError} when a handler threw; the job was ended before.
 */
export async function run(options: RunOptions): Promise<RunResult> {
  validateJobOptions('run', options);
  const place = placeOf(options);
  try {
    return await start(place.options);
  } finally {
    await place.leave();
  }
}

/**
 * Starts a run and returns at once. An error is in `result`, and nowhere else: a caller that does not look at it gets none.
 *
 * @throws {ConfigurationError} for an option of the wrong kind or name, and for an ident that can't be used.
 */
export function runAsync(options: RunOptions): RunHandle {
  validateJobOptions('runAsync', options);
  const ident = runIdent(options.ident);
  const place = placeOf(options);
  return startRun({
    ident,
    artifactDir: artifactPlaces(place.options, ident).artifactDir,
    signal: options.signal,
    leave: place.leave,
    execute: (signal, feed, changed) =>
      start(
        {
          ...place.options,
          ident,
          signal,
          onStatus: (message) => {
            changed(message.status);
            return options.onStatus?.(message);
          },
        },
        feed,
      ),
  });
}

async function start(options: RunOptionsWithFolder, feed?: EventFeed): Promise<RunResult> {
  const terminal = await prepareTerminal();
  try {
    const inputs = await readPrivateDataDir(options);
    const plan = await planJob(options, inputs, process.env);
    return await executePlan(plan, options, inputs.settings, feed, terminal);
  } finally {
    terminal?.close();
  }
}
