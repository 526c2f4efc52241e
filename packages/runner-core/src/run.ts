import { join } from 'node:path';
import { EventFeed } from './event-feed.js';
import type { RunEvent } from './events.js';
import { runIdent } from './ident.js';
import { artifactPlaces, planJob } from './job-plan.js';
import { Job } from './job.js';
import { PluginSinks } from './plugin-sinks.js';
import { readPrivateDataDir } from './private-data-dir.js';
import type { RunOptions } from './run-options.js';
import { RunResult } from './run-result.js';

/**
 * Runs Ansible in a private data dir and resolves when it has ended, however it ended. Any number of runs may go
 * on at once; they share nothing. The private data dir gets `artifacts/<ident>/` and nothing else.
 *
 * @throws ConfigurationError before anything is started, when the options or the private data dir can't be used.
 * @throws CallbackError when a handler threw; the job was ended before.
 */
export function run(options: RunOptions): Promise<RunResult> {
  return carryOut(options, undefined);
}

/** A run that goes on. */
export interface RunHandle {
  readonly ident: string;
  /** Settles as {@link run} does. */
  readonly result: Promise<RunResult>;
  /**
   * The events, from the first one to the end of the run, as often as it is iterated and as slowly: they are read from
   * the artifacts. Events whose file a handler left out are not among them.
   *
   * @throws what `result` rejects with, at the end.
   */
  readonly events: AsyncIterable<RunEvent>;
  /** Ends the job with status `canceled`; `result` tells when that is done. */
  cancel(): void;
}

/**
 * Starts a run and returns at once. An error is in `result`, and nowhere else when nobody looks.
 *
 * @throws ConfigurationError for an ident that can't be used.
 */
export function runAsync(options: RunOptions): RunHandle {
  const ident = runIdent(options.ident);
  const abort = new AbortController();
  const signals = options.signal === undefined ? [] : [options.signal];
  const feed = new EventFeed(join(artifactPlaces(options, ident).artifactDir, 'job_events'));
  const signal = AbortSignal.any([abort.signal, ...signals]);
  const result = carryOut({ ...options, ident, signal }, feed).finally(() => feed.end());
  result.catch(() => undefined);
  return {
    ident,
    result,
    events: {
      async *[Symbol.asyncIterator]() {
        yield* feed.events();
        await result;
      },
    },
    cancel: () => abort.abort(),
  };
}

async function carryOut(options: RunOptions, feed: EventFeed | undefined): Promise<RunResult> {
  const inputs = await readPrivateDataDir(options);
  const plan = await planJob(options, inputs, process.env);
  for (const warning of plan.warnings) options.onWarning?.(warning);
  const sinks = await PluginSinks.open(options.plugins ?? [], {
    ident: plan.ident,
    settings: inputs.settings,
    env: process.env,
    artifactDir: plan.artifactDir,
    artifactRoot: plan.artifactRoot,
    warn: (sentence) => options.onWarning?.(sentence),
  });
  const end = await new Job(plan, options, sinks, feed).run().finally(() => sinks.close());
  const { ident, artifactDir, factCache } = plan;
  return new RunResult({ ...end, ident, artifactDir, deliveries: await sinks.close() }, factCache);
}
