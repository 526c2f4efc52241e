import type { DeliverySummary } from './event-plugins.js';
import type { RunEvent, RunStats } from './events.js';
import { planJob } from './job-plan.js';
import { Job } from './job.js';
import { PluginSinks } from './plugin-sinks.js';
import { readPrivateDataDir } from './private-data-dir.js';
import type { RunOptions } from './run-options.js';
import type { FinalStatus } from './statuses.js';

/** How a run ended and where its artifacts are. */
export interface RunResult {
  readonly status: FinalStatus;
  /** Exit status of the command; 128 + n after signal n, 254 after cancel or timeout, 127 when it is missing. */
  readonly rc: number;
  readonly ident: string;
  /** Absolute path of the artifact folder. */
  readonly artifactDir: string;
  /** What became of the messages for event plugins, one for each plugin that was in use. */
  readonly deliveries: readonly DeliverySummary[];
  /** The recap, if the run came to it. */
  readonly stats?: RunStats;
}

/**
 * Runs Ansible in a private data dir and resolves when it has ended, however it ended. Any number of runs may go
 * on at once; they share nothing. The private data dir gets `artifacts/<ident>/` and nothing else.
 *
 * @throws ConfigurationError before anything is started, when the options or the private data dir can't be used.
 * @throws CallbackError when a handler threw; the job was ended before.
 */
export async function run(options: RunOptions): Promise<RunResult> {
  const inputs = await readPrivateDataDir(options);
  const plan = await planJob(options, inputs, process.env);
  const sinks = await PluginSinks.open(options.plugins ?? [], {
    ident: plan.ident,
    settings: inputs.settings,
    env: process.env,
    artifactDir: plan.artifactDir,
    artifactRoot: plan.artifactRoot,
    warn: (sentence) => options.onWarning?.(sentence),
  });
  const end = await new Job(plan, options, sinks).run().finally(() => sinks.close());
  return {
    status: end.status,
    rc: end.rc,
    ident: plan.ident,
    artifactDir: plan.artifactDir,
    deliveries: await sinks.close(),
    ...(end.stats !== undefined && { stats: end.stats }),
  };
}

/**
 * A run as an iteration over its events. The run starts with the first step of the iteration and goes as fast as
 * its events are taken; leaving the iteration early cancels it. Iterate once.
 */
export class EventStream implements AsyncIterable<RunEvent> {
  readonly #options: RunOptions;
  readonly #result: Promise<RunResult>;
  #settle: ((result: Promise<RunResult>) => void) | undefined;

  constructor(options: RunOptions) {
    this.#options = options;
    this.#result = new Promise((resolve) => {
      this.#settle = resolve;
    });
    // Whoever only iterates gets the error there.
    this.#result.catch(() => undefined);
  }

  /** Settles when the run has ended; pending until the iteration has started. */
  get result(): Promise<RunResult> {
    return this.#result;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<RunEvent, void, undefined> {
    const settle = this.#settle;
    if (settle === undefined) throw new TypeError('A run can be iterated once.');
    this.#settle = undefined;
    const abort = new AbortController();
    let offer: ((event: RunEvent | undefined) => void) | undefined;
    let accept: (() => void) | undefined;
    let left = false;
    const signals = this.#options.signal === undefined ? [] : [this.#options.signal];
    let next = new Promise<RunEvent | undefined>((resolve) => {
      offer = resolve;
    });
    const result = run({
      ...this.#options,
      signal: AbortSignal.any([abort.signal, ...signals]),
      onEvent: async (event, json) => {
        const wanted = await this.#options.onEvent?.(event, json);
        if (left) return wanted;
        const taken = new Promise<void>((resolve) => {
          accept = resolve;
        });
        offer?.(event);
        await taken;
        return wanted;
      },
    });
    settle(result);
    const over = result.then(
      () => offer?.(undefined),
      () => offer?.(undefined),
    );
    try {
      for (let event = await next; event !== undefined; event = await next) {
        yield event;
        next = new Promise((resolve) => {
          offer = resolve;
        });
        accept?.();
      }
    } finally {
      left = true;
      abort.abort();
      accept?.();
      await over;
    }
    await result;
  }
}

/** Runs as {@link run} does, and gives the events one by one. */
export function runEvents(options: RunOptions): EventStream {
  return new EventStream(options);
}
