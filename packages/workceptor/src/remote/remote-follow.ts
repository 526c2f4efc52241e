import { errorText, onAbort, point, type Logger } from '@receptorjs/primitives';
import { type ControlClient } from '@receptorjs/control-client';
import { ProtocolViolations, Backoff } from '@receptorjs/control-client/internal';
import {
  type ByteReceiver,
  isBadCommand,
  isFinal,
  isUnknownUnit,
  UnitState,
  type UnitStatus,
} from '@receptorjs/control-protocol';
import type { Duplex } from 'node:stream';
import { WorkError } from '../errors.js';
import { foreignText } from './foreign-text.js';
import type { RemoteStdout } from './remote-stdout.js';
import { RemoteVerification } from './remote-verification.js';
import type { StdoutWriter } from './stdout-writer.js';

/** What following needs from its unit. */
export interface FollowContext {
  readonly remoteUnitId: string;
  readonly stdout: RemoteStdout;
  readonly connect: () => Promise<ControlClient>;
  /** Makes a request on a connection that serves others too; absent where the node is not known to tell all of a unit over one. */
  readonly together?:
    ((run: (client: ControlClient) => Promise<void>) => Promise<void>) | undefined;
  /** A status that is not final, as it arrives. Its size is what is here; its detail says so while this node lacks space. */
  readonly onStatus: (status: UnitStatus) => void;
  /** Stdout has grown. */
  readonly onData: () => void;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/**
 * How a remote unit ended: its final status with all of its stdout here, and with the digest of it when that was verified; that with another stdout than the digest is of, however often
 * it is fetched; it is no longer known there; or it is given up,
 * since its node sends what can't be understood or more than is stored.
 */
export type FollowEnd =
  | { readonly kind: 'final'; readonly status: UnitStatus }
  | { readonly kind: 'differs'; readonly status: UnitStatus }
  | { readonly kind: 'gone' }
  | { readonly kind: 'given-up'; readonly reason: WorkError };

/** Milliseconds between questions to a node that can't notify: the first, and the longest after no change. */
const FIRST_POLL_MS = 50;
const LONGEST_POLL_MS = 1_000;

/** Times that stdout which is not what the digest says is fetched again. */
const FETCHED_AGAIN = 3;

/** Milliseconds the node may take to say that it has told all, when all is here: the unit waits for that. */
const TOLD_ALL_MS = 1_000;

/** After so many statuses in a row comes a pause of so many milliseconds: a unit changes a few times in its life. */
const STATUS_BURST = 16;
const STATUS_PAUSE_MS = 100;

/**
 * Follows a started unit on another node: one connection brings its status and its stdout from the byte on that is here already. Where
 * the node does not know that, or when it breaks, one connection brings the status and another the stdout, and both are made anew, for as
 * long as it takes, when they break. It ends when the status is final and all of stdout is here.
 *
 * See docs/decisions/0023-watching-units.md
 * and docs/decisions/0100-what-another-node-sends-of-a-unit.md.
 */
export class RemoteFollow {
  readonly #status = new Backoff();
  readonly #stdout = new Backoff();
  /** The last status heard; written by `#heard` only. */
  #latest: UnitStatus | undefined;
  /** Set when the other node does not know the unit; written by `#isGone` only. */
  #gone = false;
  /** Why the unit is given up; written by `#giveUp` only. */
  #givenUp: WorkError | undefined;
  /** Fires when there is nothing more to ask for; aborted by `#end` only. */
  readonly #ended = new AbortController();
  /** That, or the signal of the unit. */
  readonly #signal: AbortSignal;
  /** Why nothing is stored at the moment; written by `#wait` only. */
  #waiting: string | undefined;
  /** Whether the node knows the requests of this project; written by `#listen` only. */
  #canTell = true;
  readonly #verification: RemoteVerification;
  readonly #statusViolations = new ProtocolViolations();
  readonly #stdoutViolations = new ProtocolViolations();
  /** The open stream of results; written by the stdout loop only. */
  #results: Duplex | undefined;
  /** Ends the pause of the status loop; written by `#pollPause` only. */
  #pollNow: (() => void) | undefined;

  constructor(private readonly context: FollowContext) {
    this.#signal = AbortSignal.any([context.signal, this.#ended.signal]);
    this.#verification = new RemoteVerification({ ...context, signal: this.#signal });
  }

  /** Bytes of stdout that are here. */
  get stdoutSize(): bigint {
    return this.context.stdout.size;
  }

  /** The node has become reachable: what waits to try again does so now. */
  retryNow(): void {
    this.#status.skip();
    this.#stdout.skip();
    this.#verification.retryNow();
  }

  /** Runs to the end; `undefined` when the signal fired before. */
  async run(): Promise<FollowEnd | undefined> {
    const { context } = this;
    for (let again = 0; ; again++) {
      if (again === 0) await this.#followTogether();
      await Promise.all([this.#followStatus(), this.#followStdout()]);
      if (this.#isDetached()) return undefined;
      if (this.#givenUp) return { kind: 'given-up', reason: this.#givenUp };
      if (this.#gone || !this.#latest) return { kind: 'gone' };
      const status = this.#latest;
      const verdict = await this.#verification.check(status, this.#canTell);
      if (this.#isDetached()) return undefined;
      if (verdict.kind === 'untold') return { kind: 'final', status };
      if (verdict.kind === 'same') {
        const report = { ...status.report, stdoutSha256: verdict.sha256 };
        return { kind: 'final', status: { ...status, report } };
      }
      const where = `of remote unit ${context.remoteUnitId} differs from byte ${verdict.goodBytes} on`;
      if (again === FETCHED_AGAIN) {
        context.log.error(`stdout ${where}, however often it is fetched`);
        return { kind: 'differs', status };
      }
      context.log.warning(`stdout ${where} and is fetched again from there`);
      await context.stdout.truncate(verdict.goodBytes);
    }
  }

  /** Methods, because the signals fire during any wait. */
  #isDetached(): boolean {
    return this.context.signal.aborted;
  }

  #isOver(): boolean {
    return this.#signal.aborted;
  }

  #isFinal(): boolean {
    return this.#latest !== undefined && isFinal(this.#latest.state);
  }

  #isComplete(): boolean {
    return this.#isFinal() && this.stdoutSize >= (this.#latest?.stdoutSize ?? 0n);
  }

  /** Whatever goes wrong is dealt with by the loops that follow, which meet it again. */
  async #followTogether(): Promise<void> {
    const { together, remoteUnitId, log } = this.context;
    if (!together) return;
    try {
      await together((client) => this.#takeTogether(client));
    } catch (error) {
      const why = foreignText(errorText(error));
      log.debug(`Connection for remote unit ${remoteUnitId} failed: ${why}`);
    }
  }

  async #takeTogether(client: ControlClient): Promise<void> {
    const { remoteUnitId, stdout } = this.context;
    const late = new AbortController();
    const signal = AbortSignal.any([this.#signal, late.signal]);
    let timer: NodeJS.Timeout | undefined;
    let writer: StdoutWriter | undefined;
    let heard = 0;
    const waitsForEnd = (): void => {
      if (!this.#isComplete()) return;
      timer ??= setTimeout(() => {
        late.abort();
      }, TOLD_ALL_MS);
    };
    const memory: ByteReceiver = {
      room: () => (writer ??= this.#open()).room(),
      filled: async (bytes) => {
        if (!writer) return;
        if (bytes === 0) return writer.filled(0);
        await stdout.appendFilled(writer, bytes);
        await this.#appended(writer);
        waitsForEnd();
      },
    };
    try {
      const options = { startPos: stdout.size, signal, stdout: memory };
      for await (const part of client.unitStream(remoteUnitId, options)) {
        if (!('status' in part)) continue;
        await writer?.drained();
        this.#heard(part.status);
        heard += 1;
        if (heard % STATUS_BURST === 0 && !this.#isFinal()) await this.#pollPause(STATUS_PAUSE_MS);
        if (this.#isOver()) return;
        waitsForEnd();
      }
      await writer?.drained();
    } finally {
      clearTimeout(timer);
      await writer?.close();
    }
  }

  async #followStatus(): Promise<void> {
    const { context } = this;
    while (!this.#isOver() && !this.#isFinal()) {
      let client: ControlClient | undefined;
      try {
        client = await context.connect();
        await this.#listen(client);
      } catch (error) {
        if (this.#isGone(error)) continue;
        if (this.#statusViolations.isOneTooMany(error)) this.#giveUp('status', error);
        else await this.#pause(this.#status, 'status', error);
      } finally {
        client?.close();
      }
    }
  }

  async #listen(client: ControlClient): Promise<void> {
    const { remoteUnitId } = this.context;
    const signal = this.#signal;
    try {
      let heard = 0;
      for await (const status of client.watch(remoteUnitId, signal)) {
        this.#heard(status);
        heard += 1;
        if (this.#isOver()) return;
        if (heard % STATUS_BURST === 0 && !this.#isFinal()) await this.#pollPause(STATUS_PAUSE_MS);
      }
    } catch (error) {
      if (!isBadCommand(error)) throw error;
      this.#canTell = false;
      await this.#poll(client);
    }
  }

  async #poll(client: ControlClient): Promise<void> {
    const { remoteUnitId } = this.context;
    const signal = this.#signal;
    let pauseMs = FIRST_POLL_MS;
    while (!this.#isOver() && !this.#isFinal()) {
      const status = await client.workStatus(remoteUnitId, { signal });
      pauseMs = this.#heard(status) ? FIRST_POLL_MS : Math.min(pauseMs * 1.5, LONGEST_POLL_MS);
      if (!this.#isFinal()) await this.#pollPause(pauseMs);
    }
  }

  #pollPause(ms: number): Promise<void> {
    if (this.#isOver()) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#pollNow = undefined;
        stopListening();
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#pollNow = done;
      const stopListening = onAbort(this.#signal, done);
    });
  }

  /** Takes a status; true when it differs from the one before. */
  #heard(heard: UnitStatus): boolean {
    this.#status.reset();
    this.#statusViolations.reset();
    const status = { ...heard, detail: foreignText(heard.detail) };
    const { state, detail, stdoutSize } = this.#latest ?? {};
    this.#latest = status;
    if (isFinal(status.state)) {
      this.#stdout.skip();
      this.#stopIfComplete();
    } else {
      this.#report();
    }
    return status.state !== state || status.detail !== detail || status.stdoutSize !== stdoutSize;
  }

  #report(): void {
    if (!this.#latest) return;
    const { state, detail } = this.#latest;
    const shown = isFinal(state) ? UnitState.Running : state;
    const stdoutSize = this.stdoutSize;
    this.context.onStatus({
      ...this.#latest,
      state: shown,
      detail: this.#waiting ?? detail,
      stdoutSize,
    });
  }

  async #followStdout(): Promise<void> {
    const signal = this.#signal;
    while (!this.#isOver() && !this.#isComplete()) {
      try {
        const [wasFinal, before] = [this.#isFinal(), this.stdoutSize];
        await this.#fetch();
        this.#pollNow?.();
        if (this.#isOver() || this.#isComplete()) return;
        if (wasFinal && this.stdoutSize === before && this.#stdoutViolations.isEmptyTooOften()) {
          this.#giveUp('results', this.#missing());
        } else await this.#stdout.wait(signal);
      } catch (error) {
        if (this.#isComplete() || this.#isGone(error)) continue;
        if (isNoSpace(error)) this.#wait(error.message);
        const isOver = error instanceof WorkError && error.code === 'output-too-long';
        if (isOver || this.#stdoutViolations.isOneTooMany(error)) this.#giveUp('results', error);
        else await this.#pause(this.#stdout, 'results', error);
      }
    }
  }

  /** Appends what is missing, for as long as one connection brings it. */
  async #fetch(): Promise<void> {
    const writer = this.#open();
    let client: ControlClient | undefined;
    try {
      client = await this.context.connect();
      await this.#copy(client, writer);
    } finally {
      client?.close();
      await writer.close();
    }
  }

  async #copy(client: ControlClient, writer: StdoutWriter): Promise<void> {
    const { remoteUnitId, stdout } = this.context;
    const signal = this.#signal;
    const startPos = stdout.size;
    const results = await client.resultStream(remoteUnitId, { startPos, signal });
    this.#results = results;
    try {
      this.#stopIfComplete();
      for await (const chunk of results as AsyncIterable<Uint8Array>) {
        await stdout.append(writer, chunk);
        await this.#appended(writer);
      }
      await writer.drained();
    } finally {
      this.#results = undefined;
    }
  }

  #open(): StdoutWriter {
    const { stdout, onData } = this.context;
    return stdout.open(() => {
      onData();
      this.#stopIfComplete();
    });
  }

  /** More of stdout has been taken by the writer. */
  async #appended(writer: StdoutWriter): Promise<void> {
    // nobody tells that these were the last
    if (this.#isFinal() && this.context.stdout.accepted >= (this.#latest?.stdoutSize ?? 0n)) {
      await writer.drained();
    }
    point('remote-stdout-begun');
    this.#stdout.reset();
    this.#stdoutViolations.reset();
    this.#wait(undefined);
  }

  /** Says that nothing can be stored, or that it can again. */
  #wait(why: string | undefined): void {
    if (this.#waiting === why) return;
    this.#waiting = why;
    this.#report();
  }

  #missing(): WorkError {
    const { stdoutSize = 0n } = this.#latest ?? {};
    return new WorkError(
      'protocol-violation',
      `it has ended with ${stdoutSize} bytes of stdout, and no more than ${this.stdoutSize} come`,
    );
  }

  /** Ends both loops: what the node sends is not what it should be, and asking again does not help. */
  #giveUp(what: string, error: unknown): void {
    this.#givenUp ??=
      error instanceof WorkError && error.code === 'output-too-long'
        ? error
        : new WorkError(
            'protocol-violation',
            `The ${what} that the other node sends can't be used: ${foreignText(errorText(error))}`,
            { cause: error },
          );
    this.#end();
  }

  /** A node of the original never ends the results of a canceled unit; there is nothing to wait for. */
  #stopIfComplete(): void {
    if (this.#isComplete()) this.#results?.destroy();
  }

  #isGone(error: unknown): boolean {
    if (!isUnknownUnit(error)) return false;
    this.#gone = true;
    this.#end();
    return true;
  }

  #end(): void {
    this.#ended.abort();
    this.#results?.destroy();
  }

  async #pause(backoff: Backoff, what: string, error: unknown): Promise<void> {
    if (this.#isOver()) return;
    const { remoteUnitId, log } = this.context;
    const why = foreignText(errorText(error));
    log.debug(`Connection for ${what} of remote unit ${remoteUnitId} failed: ${why}`);
    await backoff.wait(this.#signal);
  }
}

function isNoSpace(error: unknown): error is WorkError {
  return error instanceof WorkError && error.code === 'no-space';
}
