import { backoffDelay, errorText, type Logger } from '@receptorjs/primitives';
import { isFinal, UnitState, type UnitStatus } from '@receptorjs/control-protocol';
import {
  WorkError,
  type Outcome,
  type Unit,
  type UnitContext,
  type UnitRecord,
} from '@receptorjs/workceptor';
import { foreignText, readLastOutput } from '@receptorjs/workceptor/internal';
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { ClusterApi } from './cluster/cluster-api.js';
import type { Clusters } from './clusters.js';
import { isNotFound, KubernetesError } from './errors.js';
import { extraData, parseKubeData, sealed, shownData, type KubeData } from './extra-data.js';
import type { KubernetesType } from './kubernetes-type.js';
import type { Orphans } from './pod/orphans.js';
import { ownPod } from './pod/create-pod.js';
import { failed, type PodEnd } from './pod/pod-end.js';
import { labelValue } from './pod/pod-name.js';
import { endOfError } from './pod/end-of-error.js';
import { PodRun, type RunEnd } from './pod-run.js';
import { UnitPod } from './unit-pod.js';
import type { Hold } from './shared-things.js';
import { PodRemoval, type RemovalReason } from './pod/pod-removal.js';

/** 64 GiB: the most stdout of one unit unless configured. */
const DEFAULT_MAX_STDOUT_BYTES = 64 * 2 ** 30;

/** Milliseconds after a request without an answer in which its pod may still come to be. */
const MAY_COME_MS = 30_000;

/** Milliseconds between attempts to go on with a unit. */
const GO_ON_AGAIN = { first: 1_000, longest: 30_000 };

/** What a unit needs to know besides its record. */
export interface KubernetesUnitOptions {
  readonly type: KubernetesType;
  readonly nodeId: string;
  /** Shared by all units. */
  readonly clusters: Clusters;
  readonly orphans: Orphans;
  readonly context: UnitContext;
}

/**
 * A unit that is a pod. What it decides is stored before it acts on it: a restart goes on with a pod that runs or waits to, and deletes what is not
 * wanted, whatever the cluster does meanwhile. No error of a cluster leaves it.
 */
export class KubernetesUnit implements Unit {
  /** Fires when the daemon lets go of the unit. */
  readonly #detached = new AbortController();
  /** Fires when its run is not wanted any more. */
  readonly #stopped = new AbortController();
  readonly #removal: PodRemoval;
  readonly #pod: UnitPod;
  readonly #log: Logger;
  /** The run, while there is one; never rejects. */
  #running: Promise<void> | undefined;
  /** When a pod was asked for last without an answer, as `performance.now` tells. */
  #unansweredAt: number;

  constructor(
    readonly record: UnitRecord,
    private readonly options: KubernetesUnitOptions,
  ) {
    const { log } = options.context;
    this.#log = log;
    const { type, nodeId, context } = options;
    this.#pod = new UnitPod({
      unitId: record.id,
      type,
      nodeId,
      secrets: context.secrets,
      data: () => this.#data,
    });
    // what an earlier daemon was told is not known
    const { PodName, PodUID } = this.#data;
    const isUnknown = PodName !== '' && PodUID === undefined;
    this.#unansweredAt = isUnknown ? performance.now() : Number.NEGATIVE_INFINITY;
    this.#removal = new PodRemoval({
      unitId: record.id,
      remove: (signal) => this.#removePod(signal),
      onChange: () => {
        record.touch();
      },
      onRemoved: (reason) => this.#removed(reason),
      signal: this.#detached.signal,
      log,
    });
    this.#sealFound();
  }

  get unsettled(): boolean {
    return this.#removal.reason !== undefined;
  }

  get pending(): string | undefined {
    const { reason, note, hasFailed } = this.#removal;
    // which follows an end at once as a rule
    return reason === 'end' && !hasFailed ? undefined : note;
  }

  status(): UnitStatus {
    const { status } = this.record;
    const { pending } = this;
    return {
      ...status,
      stdoutSize: isFinal(status.state) ? status.stdoutSize : this.#stdoutSize(status),
      detail: pending === undefined ? status.detail : `${status.detail}; ${pending}`,
      extraData: shownData(this.#data),
    };
  }

  start(): Promise<string> {
    const { context } = this.options;
    this.record.update({ detail: 'Connecting to Kubernetes' }, 'soon');
    try {
      const request = this.#pod.request();
      const DataId = context.secrets.dataId();
      this.#save({ KubeNamespace: request.namespace, DataId, StdinUnsent: true });
      this.#runFromStart();
    } catch (error) {
      if (!(error instanceof KubernetesError)) throw error;
      throw new WorkError('start-failed', error.message, { cause: error });
    }
    return Promise.resolve('Job Started');
  }

  hasBegun(): boolean {
    return this.#data.PodName !== '';
  }

  recover(): Promise<void> {
    const { record } = this;
    const { Removing } = this.#data;
    if (Removing === 'release') this.#inBackground(this.options.context.release());
    else if (Removing === 'cancel') this.#inBackground(this.cancel());
    else if (isFinal(record.status.state)) {
      if (Removing === 'end') this.#inBackground(this.#removal.begin('end'));
      this.options.context.digests.catchUp(record);
    } else this.#takeUp();
    return Promise.resolve();
  }

  async cancel(): Promise<Outcome> {
    const isOver = isFinal(this.record.status.state);
    if (isOver && this.#data.Removing !== 'cancel') return 'done';
    return this.#stop('cancel');
  }

  async prepareRelease(force: boolean): Promise<Outcome> {
    const outcome = await this.#stop('release');
    return force ? 'done' : outcome;
  }

  detach(): void {
    this.#detached.abort();
  }

  get #data(): KubeData {
    return parseKubeData(this.record.status.extraData);
  }

  /** Gives whether it is stored. */
  #save(change: Partial<KubeData>): boolean {
    return this.record.update({ extraData: extraData({ ...this.#data, ...change }) });
  }

  /** Goes on where an earlier daemon has left the unit. */
  #takeUp(): void {
    const { state } = this.record.status;
    const { PodName, ViaTcp, StdinUnsent, Removing } = this.#data;
    // its streams go by the cluster, or it was not asked for yet
    const isReachable = ViaTcp !== true || PodName === '';
    const isRunning = state === UnitState.Running;
    if (!isRunning && isReachable && Removing === undefined && StdinUnsent === true) {
      if (PodName === '') this.#save({ DataId: this.options.context.secrets.dataId() });
      this.#inBackground(this.#goOn('Connecting to Kubernetes', () => this.#runFromStart()));
      return;
    }
    if (isRunning && PodName !== '' && ViaTcp !== true) {
      const adopt = (): void => this.#run((run) => run.adopt(), this.#pod.namespace);
      this.#inBackground(this.#goOn('Pod Running', adopt));
      return;
    }
    // as the original: how much of its stdin had come is not known, or it was to connect to the daemon that has ended
    const wasConnected = ViaTcp === true && isRunning;
    const isRemoved = PodName !== '' && this.options.type.deletePodOnRestart !== false;
    // before the end: a crash between the two leaves no pod behind
    if (isRemoved) this.#save({ Removing: 'end' });
    const { detail } = this.record.status;
    const why = wasConnected
      ? 'the connection of its pod has ended with the daemon (streammethod tcp)'
      : `work unit is not in running state, cannot be restarted (it was: ${detail}); submit it again`;
    const code = wasConnected ? 'output-lost' : 'input-incomplete';
    this.#finish(failed(code, `Failed to restart: ${why}`));
    if (isRemoved) this.#inBackground(this.#removal.begin('end'));
  }

  /**
   * Goes on with its pod. A kubeconfig that can't be read now may be being replaced: that is tried again, as while a pod runs.
   *
   * @param doing what it does meanwhile, for its detail
   */
  async #goOn(doing: string, run: () => void): Promise<void> {
    const signal = this.#gone;
    for (let failures = 1; !signal.aborted; failures++) {
      try {
        run();
        return;
      } catch (error) {
        const why = foreignText(errorText(error));
        if (!(error instanceof KubernetesError)) {
          const { code } = endOfError(error);
          this.#finish(failed(code ?? 'run-failed', `Failed to restart: ${why}`));
          return;
        }
        this.record.update({ detail: `${doing}; ${why}` }, 'soon');
      }
      const ms = backoffDelay(GO_ON_AGAIN, failures, Math.random());
      await wait(ms, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Fires when the daemon lets go of the unit, or its run is not wanted any more. */
  get #gone(): AbortSignal {
    return AbortSignal.any([this.#detached.signal, this.#stopped.signal]);
  }

  /** @throws as {@link #run} */
  #runFromStart(): void {
    this.#run((run) => run.start((env) => this.#pod.request(env)), this.#pod.namespace);
  }

  /**
   * Runs in the background; whatever comes of it ends the unit.
   *
   * @throws {KubernetesError} `bad-config`; {WorkError} `start-failed`
   */
  #run(go: (run: PodRun) => Promise<RunEnd>, namespace: string): void {
    const { clusters, orphans, context, type } = this.options;
    const source = this.#pod.login;
    const { labels, isForeign, selector } = this.#pod;
    const api = clusters.api(source);
    const look = isForeign ? undefined : orphans.lookFor(labels, dirname(this.record.dir));
    const watch = clusters.watch(source, namespace, selector, look);
    const signal = this.#gone;
    const run = new PodRun({
      api: api.value,
      watch: watch.value,
      namespace,
      unit: labelValue(this.record.id),
      record: this.record,
      unitContext: context,
      viaTcp: this.#data.ViaTcp === true ? { address: type.tcpAddress } : undefined,
      maxStdoutBytes: type.maxStdoutBytes ?? DEFAULT_MAX_STDOUT_BYTES,
      outputSpool: type.outputSpool ?? 'auto',
      data: () => this.#data,
      save: (change) => this.#save(change),
      onUnanswered: () => {
        this.#unansweredAt = performance.now();
      },
      signal,
    });
    this.#running = go(run)
      .then(
        ({ end, hasRun, stderr }) => {
          if (!signal.aborted) this.#ended(end, hasRun, stderr);
        },
        (error: unknown) => {
          if (!signal.aborted) this.#ended(endOfError(error), false);
        },
      )
      .catch((error: unknown) => {
        this.#log.error(`[${this.record.id}] ${errorText(error)}`);
      })
      .finally(() => {
        watch.letGo();
        api.letGo();
      });
  }

  /** A pod whose worker has run stays for those who want to see it, until the release; another one does not. */
  #ended(end: PodEnd, hasRun: boolean, stderr?: string): void {
    const isKept = hasRun && end.code !== 'input-lost' && end.code !== 'output-too-long';
    if (!isKept && this.#data.PodName !== '') this.#save({ Removing: 'end' });
    this.#finish(end, stderr);
    if (!isKept && this.#data.PodName !== '') this.#inBackground(this.#removal.begin('end'));
  }

  #finish({ state, detail, code }: PodEnd, stderr?: string): void {
    const { record, options } = this;
    if (isFinal(record.status.state)) return;
    // not where results need a signature: everybody may see the status
    const shows = state === UnitState.Failed && options.type.verifySignature !== true;
    const lastOutput = shows ? (stderr ?? readLastOutput(record.path('stdout'))) : undefined;
    const report = {
      ...(code !== undefined && { errorCode: code }),
      ...(lastOutput !== undefined && { lastOutput }),
    };
    const stdoutSize = this.#stdoutSize(record.status);
    options.context.digests.end(record, { state, detail, stdoutSize, report });
    this.#log.info(`[${record.id}] ${detail}`);
  }

  /** Ends the run, and deletes the pod. */
  async #stop(reason: 'cancel' | 'release'): Promise<Outcome> {
    const isStored = this.#save({ Removing: reason });
    this.#stopped.abort();
    this.#finishCanceled();
    const isGone = this.#data.PodName === '' || (await this.#removal.begin(reason));
    // the next daemon would go on with a unit whose cancel is not on the disk
    return isGone && isStored ? 'done' : 'pending';
  }

  #finishCanceled(): void {
    const { record } = this;
    if (isFinal(record.status.state)) return;
    const stdoutSize = this.#stdoutSize(record.status);
    const report = { errorCode: 'canceled' };
    const change = { state: UnitState.Canceled, detail: 'Canceled', stdoutSize, report };
    this.options.context.digests.end(record, change);
  }

  /** One attempt; rejects when the pod may still be there. */
  async #removePod(signal: AbortSignal): Promise<void> {
    // a pod that is asked for is there, or not, before it is deleted
    await this.#running;
    const { PodName, PodUID } = this.#data;
    const namespace = this.#pod.namespace;
    const api: Hold<ClusterApi> = this.options.clusters.api(this.#pod.login);
    try {
      let uid = PodUID;
      if (uid === undefined) {
        const unit = labelValue(this.record.id);
        const pod = await ownPod(api.value, namespace, PodName, unit, signal);
        if (pod === undefined) {
          this.#checkUnanswered();
          return;
        }
        uid = pod.metadata?.uid;
      }
      await api.value.deletePod(namespace, PodName, { uid, signal });
    } catch (error) {
      const isOther = error instanceof KubernetesError && error.code === 'conflict';
      if (!isNotFound(error) && !isOther) throw error;
    } finally {
      api.letGo();
    }
  }

  /** @throws {KubernetesError} `busy` while a pod that is not there may still come to be */
  #checkUnanswered(): void {
    if (performance.now() - this.#unansweredAt >= MAY_COME_MS) return;
    const why = 'the API server has not said what came of it, and may still be making it';
    throw new KubernetesError('busy', why);
  }

  async #removed(reason: RemovalReason): Promise<void> {
    if (reason === 'release') {
      await this.options.context.remove();
      return;
    }
    this.#save({ Removing: undefined });
    this.record.touch();
  }

  #stdoutSize({ stdoutSize }: UnitStatus): bigint {
    const found = statSync(this.record.path('stdout'), { bigint: true, throwIfNoEntry: false });
    return found !== undefined && found.size > stdoutSize ? found.size : stdoutSize;
  }

  /** What the original, or an earlier version, has left in clear is so no longer. */
  #sealFound(): void {
    const { record, options } = this;
    try {
      const data = this.#data;
      const kept = sealed(data, options.type.workType, options.context.secrets);
      if (kept !== data) record.update({ extraData: extraData(kept) });
    } catch (error) {
      const why = foreignText(errorText(error));
      this.#log.warning(`[${record.id}] its kubeconfig and its pod can't be sealed: ${why}`);
    }
  }

  #inBackground(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      this.#log.error(`[${this.record.id}] ${errorText(error)}`);
    });
  }
}
