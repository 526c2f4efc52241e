import { carryOut } from './carry-out.js';
import type { EventFeed } from './event-feed.js';
import { runIdent } from './ident.js';
import { artifactPlaces, planJob } from './job-plan.js';
import { readPrivateDataDir } from './private-data-dir.js';
import { startRun, type RunHandle } from './run-handle.js';
import { validateJobOptions } from './run-option-checks.js';
import type { PlacedRunOptions, RunOptions } from './run-options.js';
import type { RunResult } from './run-result.js';
import { placeOf } from './temporary-run.js';

/**
 * Runs Ansible in a private data dir and resolves when it has ended, however it ended. Any number of runs may go
 * on at once; they share nothing. The private data dir gets `artifacts/<ident>/` and nothing else.
 *
 * @throws ConfigurationError before anything is started, when the options or the private data dir can't be used.
 * @throws CallbackError when a handler threw; the job was ended before.
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
 * Starts a run and returns at once. An error is in `result`, and nowhere else when nobody looks.
 *
 * @throws ConfigurationError for an option of the wrong kind or name, and for an ident that can't be used.
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
    carryOut: (signal, feed, changed) =>
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

async function start(options: PlacedRunOptions, feed?: EventFeed): Promise<RunResult> {
  const inputs = await readPrivateDataDir(options);
  const plan = await planJob(options, inputs, process.env);
  return carryOut(plan, options, inputs.settings, feed);
}
