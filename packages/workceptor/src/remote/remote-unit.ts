import { errorText, point, type Logger } from '@receptorjs/primitives';
import { type ControlClient } from '@receptorjs/control-client';
import { Backoff } from '@receptorjs/control-client/internal';
import {
  isFinal,
  isRemoteAnswer,
  isUnknownUnit,
  UnitState,
  type UnitStatus,
} from '@receptorjs/control-protocol';
import { WorkError } from '../errors.js';
import { ExpiryTimer } from './expiry-timer.js';
import { foreignText } from './foreign-text.js';
import { expirationMs, parseRemoteData, type RemoteData } from './remote-extra-data.js';
import { RemoteDelivery } from './remote-delivery.js';
import { RemoteFollow } from './remote-follow.js';
import {
  cancelSteps,
  expirySteps,
  remotePhase,
  remoteSteps,
  START_REQUESTED,
  type RemotePhase,
  type RemoteStep,
} from './remote-phase.js';
import { withoutSecrets, type SecretParams } from './secret-params.js';
import { RemoteStdout, type StdoutLimits } from './remote-stdout.js';
import type { OnReachable } from './remote-session.js';
import type { RemoteSessions } from './remote-sessions.js';
import { StartAttempts, unitIsGone } from './start-attempts.js';
import type { Outcome, Unit } from '../unit.js';
import type { UnitRecord } from '../store/unit-record.js';
import type { UnitTracing } from '../unit-tracer.js';
import type { UnitChange } from '../unit-transition.js';

/** What a remote unit needs to know besides its record. */
export interface RemoteUnitOptions {
  /** Shared by all units. */
  readonly sessions: RemoteSessions;
  /** The node this unit belongs to. */
  readonly nodeId: string;
  readonly onReachable?: OnReachable | undefined;
  readonly log: Logger;
  /** Says that the node could not be reached. Very many units may wait for one node. */
  readonly logAttempt: (node: string, text: string) => void;
  readonly secrets: SecretParams;
  readonly tracing: UnitTracing;
  /** What of the other node's output is stored. */
  readonly stdoutLimits: StdoutLimits;
  /** Removes the local unit once a pending release was delivered. */
  readonly onReleased: () => Promise<void>;
}

/** Milliseconds that a cancel or release tries to reach the other node before it is pending: it is answered within five seconds. */
const FIRST_ATTEMPT_MS = 4_000;

/**
 * A unit that another node runs for this one. Everything it decides is stored before it acts on it, so that a restart
 * at any moment goes on where the last one ended: it never starts a job twice and never loses one.
 *
 * See docs/decisions/0022-starting-remote-units-once.md.
 */
export class RemoteUnit implements Unit {
  /** Fires when the daemon lets go of the unit. */
  readonly #detached = new AbortController();
  readonly #backoff = new Backoff();
  readonly #attempts: StartAttempts;
  /** Present while the started unit is followed. */
  #follow: RemoteFollow | undefined;
  readonly #delivery: RemoteDelivery;
  #unsubscribe: (() => void) | undefined;
  readonly #expiry = new ExpiryTimer();

  constructor(
    readonly record: UnitRecord,
    private readonly options: RemoteUnitOptions,
  ) {
    this.#delivery = new RemoteDelivery({
      unitId: record.id,
      node: () => this.#data.RemoteNode,
      remoteUnitId: () => this.#data.RemoteUnitID,
      hasEnded: () => isFinal(record.status.state),
      request: (run) => this.#request(run),
      onChange: () => {
        record.touch();
      },
      onReleased: options.onReleased,
      backoff: this.#backoff,
      signal: this.#detached.signal,
      log: options.log,
    });
    this.#attempts = new StartAttempts({
      data: () => this.#data,
      params: () => this.#params(),
      save: (change, when) => {
        this.#save(change, when);
      },
      flushed: () => record.flushed(),
      submissionId: `${options.nodeId}/${record.id}`,
      stdinPath: record.path('stdin'),
      use: (run, signal) => this.#request(run, signal),
      abilities: options.sessions.abilities,
      backoff: this.#backoff,
      signal: this.#detached.signal,
      logAttempt: options.logAttempt,
      onStarted: () => {
        this.#expiry.stop();
        this.#startFollowing();
      },
      onFailed: (detail) => {
        this.#expiry.stop();
        this.#fail(detail);
      },
    });
  }

  get signed(): boolean {
    return this.#data.SignWork;
  }

  get ranOn(): string {
    return this.#data.RemoteNode;
  }

  get unsettled(): boolean {
    return this.#delivery.what !== undefined;
  }

  get pending(): string | undefined {
    const { what, note } = this.#delivery;
    // how a unit has ended says more than that its node does not know it yet
    return what === 'cancel' && isFinal(this.record.status.state) ? undefined : note;
  }

  status(): UnitStatus {
    const { status } = this.record;
    const { pending } = this;
    // what came behind the end of a unit does not count
    const here = isFinal(status.state) ? 0n : (this.#follow?.stdoutSize ?? 0n);
    return {
      ...status,
      detail: pending === undefined ? status.detail : `${pending} (${status.detail})`,
      stdoutSize: here > status.stdoutSize ? here : status.stdoutSize,
      extraData: withoutSecrets(this.#data) ?? this.#data,
    };
  }

  async start(): Promise<string> {
    this.record.update({ detail: START_REQUESTED });
    point('start-requested');
    this.#subscribe();
    this.#armExpiry();
    const said = await this.#attempts.begin();
    await this.record.flushed();
    return said;
  }

  async recover(): Promise<void> {
    for (const step of remoteSteps[this.#phase]) await this.#take(step);
  }

  async cancel(): Promise<Outcome> {
    const { record } = this;
    if (isFinal(record.status.state)) return 'done';
    this.#intend({ LocalCancelled: true });
    point('cancel-intended');
    await this.#stopStarting();
    const step = cancelSteps[this.#phase];
    if (step === 'fail-as-canceled') this.#fail('Locally Cancelled');
    if (step !== 'send-cancel') return 'done';
    // the other node may have the whole job although it could not say so: from here on it knows best
    this.#intend({ RemoteStarted: true });
    this.#startFollowing();
    try {
      await this.#requestInTime((client) => client.workCancel(this.#data.RemoteUnitID));
      point('cancel-delivered');
      this.#delivery.delivered('cancel');
      return 'done';
    } catch (error) {
      if (!isUnknownUnit(error)) this.#delivery.begin('cancel', error);
      if (isRemoteAnswer(error)) throw refusedRequest(error);
      return 'pending';
    }
  }

  async prepareRelease(force: boolean): Promise<Outcome> {
    this.#intend({ LocalCancelled: true, LocalReleased: true });
    point('release-intended');
    await this.#stopStarting();
    // a refused release must leave the unit as it is, so it is followed until its folder goes
    if (this.#phase === 'released') return 'done';
    try {
      await this.#requestInTime((client) => client.workRelease(this.#data.RemoteUnitID, { force }));
      point('release-delivered');
      return 'done';
    } catch (error) {
      if (force || isUnknownUnit(error)) return 'done';
      if (isRemoteAnswer(error)) throw refusedRequest(error);
      this.#delivery.begin('release', error);
      return 'pending';
    }
  }

  detach(): void {
    this.#detached.abort();
    this.#unsubscribe?.();
    this.#expiry.stop();
  }

  /** Does what the phase of a unit found on disk asks for. */
  async #take(step: RemoteStep): Promise<void> {
    switch (step) {
      case 'start':
        this.start().catch((error: unknown) => {
          this.#fail(`Error starting worker: ${errorText(error)}`);
        });
        return;
      case 'follow':
        this.#subscribe();
        this.#startFollowing();
        return;
      case 'deliver-cancel':
        this.#subscribe();
        this.#delivery.begin('cancel');
        return;
      case 'deliver-release':
        this.#subscribe();
        this.#delivery.begin('release');
        return;
      case 'remove':
        await this.options.onReleased();
        return;
      case 'fail-as-canceled':
        this.#fail('Locally Cancelled');
        return;
      case 'fail-as-not-requested':
        this.#fail('Failed to restart: remote work had not previously started');
    }
  }

  #fail(detail: string): void {
    const extraData = withoutSecrets(this.#data);
    this.record.update({ state: UnitState.Failed, detail, extraData });
  }

  get #phase(): RemotePhase {
    return remotePhase(this.record.status, this.#data);
  }

  get #data(): RemoteData {
    return parseRemoteData(this.record.status.extraData);
  }

  /** The data after a change: without secrets once no start needs them any more. */
  #changed(change: Partial<RemoteData>): RemoteData {
    const data = { ...this.#data, ...change };
    return data.RemoteStarted ? (withoutSecrets(data) ?? data) : data;
  }

  /** @throws {Error} when the change could not be stored, so that nothing is done that rests on it */
  #save(change: Partial<RemoteData>, when: 'now' | 'soon' = 'now'): void {
    const isStored = this.record.update({ extraData: this.#changed(change) }, when);
    if (!isStored && when === 'now') {
      throw new Error(`could not store the state of work unit ${this.record.id}`);
    }
  }

  /** What only ends the unit is done all the same while the disk is full; storing it is tried again until it succeeds. */
  #intend(change: Partial<RemoteData>): void {
    if (this.record.update({ extraData: this.#changed(change) })) return;
    this.options.log.warning(`[${this.record.id}] what ends it is not stored yet`);
  }

  #subscribe(): void {
    this.#unsubscribe ??= this.options.onReachable?.(this.#data.RemoteNode, () => {
      this.#backoff.skip();
      this.#follow?.retryNow();
    });
  }

  #connect(signal: AbortSignal): Promise<ControlClient> {
    return this.options.sessions.connect(this.#data, signal);
  }

  #params(): Readonly<Record<string, string>> {
    const { secrets, tracing } = this.options;
    return tracing.paramsFor(this.record, secrets.open(this.#data).RemoteParams);
  }

  /** Requests on one connection; they may be made twice. */
  #request<T>(
    run: (client: ControlClient) => Promise<T>,
    signal = this.#detached.signal,
  ): Promise<T> {
    return this.options.sessions.use(this.#data, signal, run);
  }

  /** The same while somebody waits for the answer: a node that is there and silent counts as one that can't be reached. */
  async #requestInTime<T>(run: (client: ControlClient) => Promise<T>): Promise<T> {
    const late = new AbortController();
    const timer = setTimeout(() => {
      late.abort();
    }, FIRST_ATTEMPT_MS);
    try {
      return await this.#request(run, AbortSignal.any([this.#detached.signal, late.signal]));
    } finally {
      clearTimeout(timer);
    }
  }

  async #stopStarting(): Promise<void> {
    this.#expiry.stop();
    await this.#attempts.stop();
  }

  #armExpiry(): void {
    const at = expirationMs(this.#data);
    if (at === undefined) return;
    this.#expiry.start(at, () => {
      this.#expire(new Date(at)).catch((error: unknown) => {
        this.options.log.error(`[${this.record.id}] ${errorText(error)}`);
      });
    });
  }

  async #expire(at: Date): Promise<void> {
    await this.#attempts.stop();
    const step = expirySteps[this.#phase];
    if (step === 'nothing' || this.#detached.signal.aborted) return;
    const mayRunThere = step === 'fail-and-cancel';
    this.record.update({
      state: UnitState.Failed,
      detail: `Work unit expired on ${expiryText(at)}`,
      extraData: { ...(withoutSecrets(this.#data) ?? this.#data), LocalCancelled: mayRunThere },
    });
    if (mayRunThere) this.#delivery.begin('cancel');
  }

  #startFollowing(): void {
    if (this.#follow) return;
    const { signal } = this.#detached;
    const { record, options } = this;
    this.#follow = new RemoteFollow({
      remoteUnitId: this.#data.RemoteUnitID,
      stdout: new RemoteStdout(record.path('stdout'), options.stdoutLimits),
      connect: () => this.#connect(signal),
      together:
        options.sessions.abilities.of(this.#data.RemoteNode) === 'one-connection'
          ? (run) => this.#request(run)
          : undefined,
      onStatus: ({ state, detail, stdoutSize }) => {
        record.update({ state, detail, stdoutSize }, 'soon');
      },
      onData: () => {
        record.grow();
      },
      signal,
      log: options.log,
    });
    this.#followToEnd(this.#follow).catch((error: unknown) => {
      options.log.error(`[${record.id}] ${errorText(error)}`);
      this.#fail(`Error: ${errorText(error)}`);
    });
  }

  async #followToEnd(follow: RemoteFollow): Promise<void> {
    const end = await follow.run();
    point('remote-end-heard');
    if (!end) return;
    const stdoutSize = follow.stdoutSize;
    if (end.kind === 'gone') {
      this.record.update({ state: UnitState.Failed, detail: unitIsGone, stdoutSize });
    } else if (end.kind === 'final') {
      this.record.update(endOf(end.status, stdoutSize));
    } else if (end.kind === 'differs') {
      this.record.update({
        state: UnitState.Failed,
        detail: `The stdout that is stored here is not what ${this.#data.RemoteNode} says it is (${end.status.detail})`,
        stdoutSize,
        report: { errorCode: 'output-differs' },
      });
    } else {
      const { message } = end.reason;
      this.options.log.warning(`[${this.record.id}] given up: ${message}`);
      this.record.update({
        state: UnitState.Failed,
        detail: message,
        stdoutSize,
        // as one that may run there: after a restart the cancel is still to be delivered
        extraData: { ...this.#data, LocalCancelled: true, RemoteStarted: false },
      });
      this.#delivery.begin('cancel');
    }
  }
}

/** The error for a cancel or release that the other node has refused; its two spaces are relied upon. */
function refusedRequest(cause: Error): WorkError {
  return new WorkError(
    'remote-refused',
    `error cancelling remote unit:  ${foreignText(cause.message)}`,
    {
      cause,
    },
  );
}

/** The end that the other node tells. A digest is of as many bytes as it says. */
function endOf({ state, detail, report, stdoutSize }: UnitStatus, here: bigint): UnitChange {
  const isVerified = report?.stdoutSha256 !== undefined;
  return { state, detail, report, stdoutSize: isVerified ? stdoutSize : here };
}

/** `Sat Nov 21 01:22:11`, in local time. */
function expiryText(at: Date): string {
  const [day = '', month = '', , , time = ''] = at.toString().split(' ');
  return `${day} ${month} ${at.getDate()} ${time}`;
}
