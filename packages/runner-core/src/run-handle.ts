import { join } from 'node:path';
import { EventFeed } from './event-feed.js';
import type { RunEvent } from './events.js';
import type { RunResult } from './run-result.js';

/** A run that goes on. */
export interface RunHandle<Result = RunResult> {
  readonly ident: string;
  /** Settles when the run has ended. An error is here, and nowhere else when nobody looks. */
  readonly result: Promise<Result>;
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

/** Which run a handle is for. */
export interface HandledRun<Result> {
  readonly ident: string;
  readonly artifactDir: string;
  /** Cancels as the handle does. */
  readonly signal: AbortSignal | undefined;
  /** Carries the run out; tells the feed of each event's file. */
  readonly carryOut: (signal: AbortSignal, feed: EventFeed) => Promise<Result>;
}

/** Begins a run and returns at once. */
export function startRun<Result>(run: HandledRun<Result>): RunHandle<Result> {
  const abort = new AbortController();
  const signals = run.signal === undefined ? [] : [run.signal];
  const feed = new EventFeed(join(run.artifactDir, 'job_events'));
  const signal = AbortSignal.any([abort.signal, ...signals]);
  const result = run.carryOut(signal, feed).finally(() => feed.end());
  result.catch(() => undefined);
  return {
    ident: run.ident,
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
