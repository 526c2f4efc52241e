import { join } from 'node:path';
import { EventFeed } from './events/event-feed.js';
import type { RunEvent } from './events/events.js';
import type { RunResult } from './run-result.js';
import type { RunStatus } from './statuses.js';

/** A run that goes on. */
export interface RunHandle<Result = RunResult, Status extends string = RunStatus> {
  readonly ident: string;
  /** How the run stands now: `unstarted`, `starting`, `running`, and in the end what `result` says, or `failed` when that rejects. */
  readonly status: Status;
  /** Settles when the run has ended. An error is here, and nowhere else: a caller that does not look at it gets none. */
  readonly result: Promise<Result>;
  /**
   * The events, from the first one to the end of the run, as often as it is iterated and as slowly: they are read from
   * the artifacts. Events whose file a handler left out are not among them.
   *
   * @throws what `result` rejects with, at the end.
   */
  readonly events: AsyncIterable<RunEvent>;
  /** Ends the job with status `canceled`; `result` settles when that is done. */
  cancel(): void;
}

/** Which run a handle is for. */
export interface HandledRun<Result> {
  readonly ident: string;
  readonly artifactDir: string;
  /** Cancels as the handle does. */
  readonly signal: AbortSignal | undefined;
  /** Executes the run; gives the feed each event's file, and calls `changed` at each change of state. */
  readonly execute: (
    signal: AbortSignal,
    feed: EventFeed,
    changed: (status: RunStatus) => void,
  ) => Promise<Result>;
  /** Called once the run has ended and its events have no reader any more. */
  readonly leave?: () => Promise<void>;
}

/** Begins a run and returns at once. */
export function startRun<Result extends { readonly status: string }>(
  run: HandledRun<Result>,
): RunHandle<Result, RunStatus | Result['status']> {
  const abort = new AbortController();
  const signals = run.signal === undefined ? [] : [run.signal];
  const feed = new EventFeed(join(run.artifactDir, 'job_events'));
  const signal = AbortSignal.any([abort.signal, ...signals]);
  let status: RunStatus | Result['status'] = 'unstarted';
  const carriedOut = async (): Promise<Result> => {
    try {
      const ended = await run.execute(signal, feed, (changed) => (status = changed));
      status = ended.status;
      return ended;
    } catch (error) {
      status = 'failed';
      throw error;
    } finally {
      feed.end();
      const left = feed.unread().then(() => run.leave?.());
      // A slow reader is not waited for.
      if (feed.readers === 0) await left;
      else left.catch(() => undefined);
    }
  };
  const result = carriedOut();
  result.catch(() => undefined);
  return {
    ident: run.ident,
    get status() {
      return status;
    },
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
