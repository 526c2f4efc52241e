import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { isRemoteAnswer } from '@receptorjs/control-client';
import { errorText } from '@receptorjs/primitives';
import type { Log } from '../log/log.js';

const execute = promisify(execFile);

/** Milliseconds after which a message to the service manager is given up. */
const SEND_TIMEOUT_MS = 5_000;

/** Of the time within which a service manager wants a sign of life, one comes in each such part: one or two may be lost. */
const SIGNS_OF_LIFE = 3;

/** The longest wait for the next sign of life. */
const MAX_EVERY_MS = 3_600_000;

/** Variables of a process. */
type Environment = Record<string, string | undefined>;

/**
 * The service manager that has started this process: systemd, when it asks to be told (`Type=notify`), else nobody. Messages go by
 * systemd's own program `systemd-notify`, one at a time, because Node has no datagram sockets on paths. A failure is logged, and
 * changes nothing else. It alone writes its fields.
 *
 * See docs/decisions/0126-signs-of-life-by-systemd-notify.md.
 */
export class ServiceManager {
  readonly #log: Log;
  /** What messages are sent with; undefined when nobody asks for them. */
  readonly #env: Environment | undefined;
  /** Milliseconds from one sign of life to the next; undefined when none are wanted. */
  readonly #everyMs: number | undefined;
  #last: Promise<void> = Promise.resolve();
  /** Whether the last message was lost: that is said once. */
  #lost = false;
  #timer: NodeJS.Timeout | undefined;
  #stopping = false;

  /** @param environment that of this process: what it says of the service manager is taken out, for no command to inherit it */
  constructor(environment: Environment, log: Log) {
    this.#log = log;
    const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: limit, WATCHDOG_PID: watched } = environment;
    delete environment.NOTIFY_SOCKET;
    delete environment.WATCHDOG_USEC;
    delete environment.WATCHDOG_PID;
    if (!socket) return;
    this.#env = { ...environment, NOTIFY_SOCKET: socket };
    const limitMs = Number(limit) / 1000;
    const isWatched = watched === undefined || watched === String(process.pid);
    if (isWatched && limitMs > 0) this.#everyMs = Math.min(limitMs / SIGNS_OF_LIFE, MAX_EVERY_MS);
  }

  /** Says that the node is ready; resolves when the manager knows it. */
  ready(): Promise<void> {
    return this.#send('that the node is ready', '--ready', `--pid=${process.pid}`);
  }

  /**
   * Gives signs of life from now on, where they are wanted: each when the node has answered a request of its own, be it with an error.
   * None comes while the event loop stands still, the node is silent or it takes no connection.
   *
   * @param ask makes the request; rejects with a ControlError `remote-error` when the answer is an error, else when there was none
   */
  keepInformed(ask: (signal: AbortSignal) => Promise<unknown>): void {
    const everyMs = this.#everyMs;
    if (everyMs === undefined || this.#stopping) return;
    this.#timer = setTimeout(() => {
      void this.#giveSign(ask, everyMs).then(() => this.keepInformed(ask));
    }, everyMs).unref();
  }

  /** Carries out a reload, and says when it begins and when it is done. */
  async reloading<T>(reload: () => Promise<T>): Promise<T> {
    // by the clock of the manager, which tells this reload from an earlier one by it
    const now = process.hrtime.bigint() / 1000n;
    void this.#send('that the node reloads', 'RELOADING=1', `MONOTONIC_USEC=${now}`);
    try {
      return await reload();
    } finally {
      await this.#send('that the node has reloaded', '--ready');
    }
  }

  /** Says that the node is about to end; no signs of life come any more. */
  stopping(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    return this.#send('that the node stops', 'STOPPING=1');
  }

  async #giveSign(ask: (signal: AbortSignal) => Promise<unknown>, everyMs: number): Promise<void> {
    const timeout = AbortSignal.timeout(everyMs);
    const failure = await ask(timeout).then(() => undefined, noAnswer);
    if (this.#stopping) return;
    if (failure === undefined && !timeout.aborted) {
      await this.#send('that the node lives', 'WATCHDOG=1');
      return;
    }
    const seconds = Math.round(everyMs) / 1000;
    const what = timeout.aborted
      ? `has not answered itself for ${seconds} s`
      : `could not ask itself (${failure})`;
    this.#log.warning(`The node ${what}: systemd is not told that it lives`);
  }

  #send(what: string, ...args: readonly string[]): Promise<void> {
    const env = this.#env;
    if (env === undefined) return Promise.resolve();
    this.#last = this.#last.then(async () => {
      try {
        await execute('systemd-notify', args, { env, timeout: SEND_TIMEOUT_MS });
        this.#lost = false;
      } catch (error) {
        if (!this.#lost)
          this.#log.warning(`systemd could not be told ${what}: ${errorText(error)}`);
        this.#lost = true;
      }
    });
    return this.#last;
  }
}

/** Why there was no answer; nothing when the answer is an error. */
function noAnswer(error: unknown): string | undefined {
  return isRemoteAnswer(error) ? undefined : errorText(error);
}
