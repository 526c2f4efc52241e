import {
  isFinal,
  isRemoteAnswer,
  isUnknownUnit,
  RetryPace,
  type ControlClient,
  type UnitStatus,
} from '@receptorjs/control-client';
import { statSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import { messageOf } from './errors.js';
import type { Logger } from './logger.js';
import { openUnitFile } from './unit-file.js';

/** What following needs from its unit. */
export interface FollowContext {
  readonly remoteUnitId: string;
  readonly stdoutPath: string;
  readonly connect: () => Promise<ControlClient>;
  /** A status that is not final, as it arrives. */
  readonly onStatus: (status: UnitStatus) => void;
  /** Stdout has grown. */
  readonly onData: () => void;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/** How a remote unit ended: its final status with all of its stdout here, or it is no longer known there. */
export type FollowEnd =
  { readonly kind: 'final'; readonly status: UnitStatus } | { readonly kind: 'gone' };

/** Milliseconds between questions to a node that can't notify: the first, and the longest after no change. */
const firstPollMs = 50;
const longestPollMs = 1_000;

/**
 * Follows a started unit on another node: one connection brings its status, one its stdout from the byte on that is
 * here already. Both are made anew, for as long as it takes, when they break. It ends when the status is final and
 * all of stdout is here.
 */
export class RemoteFollow {
  readonly #status = new RetryPace();
  readonly #stdout = new RetryPace();
  /** The last status heard; written by `#heard` only. */
  #latest: UnitStatus | undefined;
  /** Set when the other node does not know the unit; written by `#isGone` only. */
  #gone = false;
  /** Bytes of stdout on disk; written by the stdout loop only. */
  #size = 0n;
  /** The open stream of results; written by the stdout loop only. */
  #results: Duplex | undefined;
  /** Ends the pause of the status loop; written by `#pollPause` only. */
  #pollNow: (() => void) | undefined;

  constructor(private readonly context: FollowContext) {}

  /** Bytes of stdout that are here. */
  get stdoutSize(): bigint {
    return this.#size;
  }

  /** The node has become reachable: what waits to try again does so now. */
  hurry(): void {
    this.#status.hurry();
    this.#stdout.hurry();
  }

  /** Runs to the end; `undefined` when the signal fired before. */
  async run(): Promise<FollowEnd | undefined> {
    await Promise.all([this.#followStatus(), this.#followStdout()]);
    if (this.context.signal.aborted) return undefined;
    if (this.#gone || !this.#latest) return { kind: 'gone' };
    return { kind: 'final', status: this.#latest };
  }

  /** A method, because what it tells changes while others wait. */
  #isOver(): boolean {
    return this.#gone || this.context.signal.aborted;
  }

  #isFinal(): boolean {
    return this.#latest !== undefined && isFinal(this.#latest.state);
  }

  #isComplete(): boolean {
    return this.#isFinal() && this.#size >= (this.#latest?.stdoutSize ?? 0n);
  }

  async #followStatus(): Promise<void> {
    const { context } = this;
    while (!this.#isOver() && !this.#isFinal()) {
      let client: ControlClient | undefined;
      try {
        client = await context.connect();
        await this.#listen(client);
      } catch (error) {
        if (!this.#isGone(error)) await this.#pause(this.#status, 'status', error);
      } finally {
        client?.close();
      }
    }
  }

  async #listen(client: ControlClient): Promise<void> {
    const { remoteUnitId, signal } = this.context;
    try {
      for await (const status of client.watch(remoteUnitId, signal)) this.#heard(status);
    } catch (error) {
      if (!isRemoteAnswer(error) || error.message !== 'bad command') throw error;
      await this.#poll(client);
    }
  }

  async #poll(client: ControlClient): Promise<void> {
    const { remoteUnitId, signal } = this.context;
    let pauseMs = firstPollMs;
    while (!this.#isOver() && !this.#isFinal()) {
      const status = await client.workStatus(remoteUnitId, { signal });
      const { state, detail, stdoutSize } = this.#latest ?? {};
      const isNews =
        status.state !== state || status.detail !== detail || status.stdoutSize !== stdoutSize;
      pauseMs = isNews ? firstPollMs : Math.min(pauseMs * 1.5, longestPollMs);
      this.#heard(status);
      if (!this.#isFinal()) await this.#pollPause(pauseMs);
    }
  }

  #pollPause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#pollNow = undefined;
        this.context.signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#pollNow = done;
      this.context.signal.addEventListener('abort', done, { once: true });
    });
  }

  #heard(status: UnitStatus): void {
    this.#status.reset();
    this.#latest = status;
    if (isFinal(status.state)) {
      this.#stdout.hurry();
      this.#stopIfComplete();
    } else {
      this.context.onStatus(status);
    }
  }

  async #followStdout(): Promise<void> {
    const { stdoutPath, signal } = this.context;
    this.#size = statSync(stdoutPath, { bigint: true, throwIfNoEntry: false })?.size ?? 0n;
    while (!this.#isOver() && !this.#isComplete()) {
      try {
        await this.#fetch();
        this.#pollNow?.();
        if (!this.#isComplete()) await this.#stdout.wait(signal);
      } catch (error) {
        if (this.#isComplete() || this.#isGone(error)) continue;
        await this.#pause(this.#stdout, 'results', error);
      }
    }
  }

  /** Appends what is missing, for as long as one connection brings it. */
  async #fetch(): Promise<void> {
    const file = await openUnitFile(this.context.stdoutPath, 'append');
    let client: ControlClient | undefined;
    try {
      // what an append that failed half-way has left counts too
      this.#size = (await file.stat({ bigint: true })).size;
      client = await this.context.connect();
      await this.#copy(client, file);
    } finally {
      client?.close();
      await file.close();
    }
  }

  async #copy(client: ControlClient, file: FileHandle): Promise<void> {
    const { remoteUnitId, signal, onData } = this.context;
    const startPos = this.#size;
    const results = await client.resultStream(remoteUnitId, { startPos, signal });
    this.#results = results;
    try {
      this.#stopIfComplete();
      for await (const chunk of results as AsyncIterable<Uint8Array>) {
        await file.appendFile(chunk);
        this.#size += BigInt(chunk.length);
        this.#stdout.reset();
        onData();
        this.#stopIfComplete();
      }
    } finally {
      this.#results = undefined;
    }
  }

  /** A node of the original never ends the results of a canceled unit; there is nothing to wait for. */
  #stopIfComplete(): void {
    if (this.#isComplete()) this.#results?.destroy();
  }

  #isGone(error: unknown): boolean {
    if (!isUnknownUnit(error)) return false;
    this.#gone = true;
    this.#results?.destroy();
    this.#status.hurry();
    this.#stdout.hurry();
    this.#pollNow?.();
    return true;
  }

  async #pause(pace: RetryPace, what: string, error: unknown): Promise<void> {
    if (this.#isOver()) return;
    const { remoteUnitId, log, signal } = this.context;
    log.debug(`Connection for ${what} of remote unit ${remoteUnitId} failed: ${messageOf(error)}`);
    await pace.wait(signal);
  }
}
