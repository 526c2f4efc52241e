import type { ControlClient } from '@receptorjs/control-client';
import type { Backoff } from '@receptorjs/control-client/internal';
import { errorText } from '@receptorjs/primitives';
import { WorkError } from '../errors.js';
import { foreignText } from './foreign-text.js';
import { isTlsFailure } from './remote-session.js';
import { startOnNode, type StartContext } from './remote-start.js';

/** The detail of a unit that the other node does not know (any more). */
export const unitIsGone = 'Remote work unit is gone';

/** What attempts need from their unit. */
export interface AttemptsContext extends Omit<StartContext, 'use'> {
  /** Makes requests on a connection to the other node, which is closed when the signal fires. */
  readonly use: <T>(run: (client: ControlClient) => Promise<T>, signal: AbortSignal) => Promise<T>;
  /** Waits between attempts. */
  readonly backoff: Backoff;
  /** Fires when the daemon lets go of the unit. */
  readonly signal: AbortSignal;
  /** Says that the node could not be reached. */
  readonly logAttempt: (node: string, text: string) => void;
  /** The other node has the whole job. */
  readonly onStarted: () => void;
  /** The unit has failed, and no attempt follows. */
  readonly onFailed: (detail: string) => void;
}

/** The attempts to start a unit on its node: one after another until one is accepted or refused, or they are stopped. */
export class StartAttempts {
  /** Fires to end them. */
  readonly #stopped = new AbortController();
  /** They, until they have ended; written by `begin` only. */
  #running: Promise<void> | undefined;

  constructor(private readonly context: AttemptsContext) {}

  /**
   * Begins them, and tells what the first has come to.
   *
   * @returns `Job Started`, or `Job Submitted` when the node could not be reached and more attempts follow
   * @throws {WorkError} `start-failed` when it was refused
   */
  begin(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#running = this.#run(resolve, reject);
    });
  }

  /** Makes no more of them, and resolves when none is under way. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #run(accepted: (result: string) => void, refused: (error: Error) => void): Promise<void> {
    const { context } = this;
    const signal = AbortSignal.any([context.signal, this.#stopped.signal]);
    const start: StartContext = { ...context, use: (run) => context.use(run, signal) };
    while (!signal.aborted) {
      try {
        if ((await startOnNode(start)) === 'gone') {
          context.onFailed(unitIsGone);
          refused(new WorkError('start-failed', unitIsGone));
          return;
        }
        context.onStarted();
        accepted('Job Started');
        return;
      } catch (error) {
        if (isAborted(signal)) break;
        if (error instanceof WorkError) {
          context.onFailed(`Error starting worker: ${foreignText(error.message)}`);
          refused(error);
          return;
        }
        accepted('Job Submitted');
        if (this.#failedForGood(error)) return;
        await context.backoff.wait(signal);
      }
    }
    accepted('Job Submitted');
  }

  /** A failed attempt is worth another one, unless the other side's certificate is refused. */
  #failedForGood(error: unknown): boolean {
    const { data, logAttempt, onFailed } = this.context;
    const text = foreignText(errorText(error));
    const { RemoteNode } = data();
    logAttempt(RemoteNode, `Connection to ${RemoteNode} failed with error: ${text}`);
    if (!isTlsFailure(error)) return false;
    onFailed(`TLS error connecting to remote service: ${text}`);
    return true;
  }
}

/** Asked anew each time, since a signal may fire during any wait. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
