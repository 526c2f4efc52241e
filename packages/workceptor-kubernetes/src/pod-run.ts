import { errorText, type Logger } from '@receptorjs/primitives';
import { WorkError, type UnitContext, type UnitRecord } from '@receptorjs/workceptor';
import { UnitState } from '@receptorjs/control-protocol';
import { foreignText } from '@receptorjs/workceptor/internal';
import { statSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { ClusterApi } from './cluster/cluster-api.js';
import type { PodWatch } from './cluster/pod-watch.js';
import { retryPassing } from './cluster/retry-passing.js';
import { isNotFound } from './errors.js';
import type { KubeData } from './extra-data.js';
import { explainWait } from './pod/explain-wait.js';
import { makePod } from './pod/make-pod.js';
import type { PodRequest } from './pod/manifest.js';
import type { PodCourse } from './pod/pod-course.js';
import { failed, type PodEnd } from './pod/pod-end.js';
import { PodProgress } from './pod/pod-progress.js';
import type { OutputEnd, PodStreams } from './streams/pod-streams.js';
import { localAddress } from './tcp/local-address.js';
import { PodListener } from './tcp/pod-listener.js';
import { TcpStreams } from './tcp/tcp-streams.js';
import { ClusterStreams } from './streams/cluster-streams.js';
import { PodStderr } from './output/pod-stderr.js';
import { StdoutFile } from './output/stdout-file.js';
import { maySpool } from './spool/may-spool.js';
import { spooledRequest } from './spool/spooled-request.js';
import type { SpoolUse } from './spool/with-spool.js';

/** Milliseconds until what could not be stored is stored again. */
const STORE_AGAIN_MS = 1_000;
/** Milliseconds for which the pod of an image without a shell is tried to be deleted before it is tried otherwise. */
const DELETE_MS = 60_000;
/** Milliseconds of the longest timer that the system has. */
const LONGEST_MS = 2 ** 31 - 1;
/** Milliseconds for which a pod may wait to run, and its end to be known, until it counts that an event may have been lost. */
const OVERDUE_MS = 10_000;
/** Milliseconds that the end of a container may take to be known once its streams have ended. */
const END_KNOWN_MS = 5_000;

/** What a unit's way through the cluster needs. */
export interface PodRunContext {
  readonly api: ClusterApi;
  readonly watch: PodWatch;
  readonly namespace: string;
  /** Label of the unit. */
  readonly unit: string;
  readonly record: UnitRecord;
  readonly unitContext: Pick<UnitContext, 'reserve' | 'log' | 'digests'>;
  readonly maxStdoutBytes: number;
  /** Whose stdout goes through a spool in the pod. */
  readonly outputSpool: SpoolUse;
  /** Present where stdin and stdout come by a connection to this node: the address of it, where it is not to be found out. */
  readonly viaTcp?: { readonly address?: string | undefined } | undefined;
  readonly data: () => KubeData;
  /** Gives whether it is stored. */
  readonly save: (change: Partial<KubeData>) => boolean;
  /** The pod may come to be at any moment, although no answer has said so. */
  readonly onUnanswered: () => void;
  /** Ends everything here; the pod goes on. */
  readonly signal: AbortSignal;
}

/** What came of a run. */
export interface RunEnd {
  readonly end: PodEnd;
  /** Whether the worker has run, and does not go on although its unit has failed: another pod is of no use to anybody. */
  readonly hasRun: boolean;
  /** The last lines that it has written to stderr, where they came apart from stdout. */
  readonly stderr?: string | undefined;
}

/** One pod from its making, or from where an earlier daemon has left it, to its end. */
export class PodRun {
  readonly #log: Logger;
  readonly #stderr = new PodStderr();
  /** Stands behind the detail while something is in the way; written by `#say` only. */
  #problem: string | undefined;
  /** What the unit does; written by `#say` only. */
  #doing = 'Connecting to Kubernetes';
  /** Ends what is open when a pod is over; written by `#follow` only. */
  #over = new AbortController();

  constructor(private readonly context: PodRunContext) {
    this.#log = context.unitContext.log;
  }

  /**
   * Makes the pod, or goes on with one that an earlier daemon has made or was making; gives it its stdin and takes its output.
   *
   * @param request gives the pod with more environment
   * @throws {KubernetesError}, {WorkError}; what the system says; the signal's reason
   */
  async start(request: (env?: Readonly<Record<string, string>>) => PodRequest): Promise<RunEnd> {
    const { viaTcp, record, signal } = this.context;
    if (viaTcp === undefined) return this.#startSpooled(request());
    let listener: PodListener;
    try {
      const host = viaTcp.address ?? localAddress();
      listener = await PodListener.open({ host, unitId: record.id, log: this.#log });
    } catch (error) {
      return { end: failed('run-failed', `Error listening: ${errorText(error)}`), hasRun: false };
    }
    try {
      signal.throwIfAborted();
      return await this.#start(request(listener.env), () => this.#byTcp(listener));
    } finally {
      listener.close();
    }
  }

  /** With stdout in a spool where that is possible. */
  async #startSpooled(request: PodRequest): Promise<RunEnd> {
    const { api, namespace, outputSpool, save, data, record, signal } = this.context;
    const start = (pod: PodRequest): Promise<RunEnd> => this.#start(pod, () => this.#byCluster());
    const maySpool = (): Promise<boolean> => this.#maySpool();
    const spooled = await spooledRequest({ request, outputSpool, data, save, maySpool });
    if (spooled === undefined) return start(request);
    const run = await start(spooled);
    if (run.end.code !== 'container-not-started') return run;
    // an image without a shell: nothing of it has run
    const { PodName, PodUID } = data();
    const onProblem = (why: string): void => {
      this.#say(run.end.detail, `its pod can't be deleted: ${why}`);
    };
    try {
      const remove = (): Promise<void> => api.deletePod(namespace, PodName, { uid: PodUID });
      await retryPassing(remove, { forMs: DELETE_MS, onProblem, signal });
    } catch (error) {
      if (!isNotFound(error)) return run;
    }
    this.#log.info(`[${record.id}] ${run.end.detail}; tried without a spool`);
    save({ Spool: undefined, PodName: '', PodUID: undefined });
    return start(request);
  }

  async #maySpool(): Promise<boolean> {
    const { api, namespace, record, signal } = this.context;
    const onProblem = (why: string): void => {
      this.#say('Connecting to Kubernetes', why);
    };
    if (await maySpool({ api, namespace, signal, onProblem })) return true;
    this.#log.warning(
      `[${record.id}] its output comes by the log, which may lose some: the role needs the verbs get and create on pods/exec`,
    );
    return false;
  }

  async #start(request: PodRequest, streams: () => PodStreams): Promise<RunEnd> {
    const { record, data } = this.context;
    const stopExpecting =
      data().PodUID === undefined
        ? await makePod({
            ...this.context,
            request,
            store: (change) => this.#store(change),
            onProblem: (why) => {
              this.#say('Connecting to Kubernetes', why);
            },
          })
        : undefined;
    this.#say('Pod created', undefined);
    try {
      const stdinBytes = statSync(record.path('stdin'), { throwIfNoEntry: false })?.size ?? 0;
      const { PendingTimeoutMs } = data();
      return await this.#follow(PendingTimeoutMs, (progress) => {
        const by = streams();
        return this.#runThrough(progress, by, this.#feed(progress, by, stdinBytes));
      });
    } finally {
      stopExpecting?.();
    }
  }

  /** Goes on with a pod that runs already. */
  adopt(): Promise<RunEnd> {
    this.#doing = 'Pod Running';
    return this.#follow(undefined, (progress) => {
      const streams = this.#byCluster();
      streams.seeFed();
      return this.#runThrough(progress, streams, Promise.resolve(undefined));
    });
  }

  /**
   * Resolves once the disk has it: what follows from it waits where the disk is full.
   *
   * @throws the signal's reason
   */
  async #store(change: Partial<KubeData>): Promise<void> {
    const { save, record, signal } = this.context;
    const [doing, problem] = [this.#doing, this.#problem];
    while (!save(change)) {
      this.#say(this.#doing, 'what comes next waits until it can be stored');
      await wait(STORE_AGAIN_MS, undefined, { signal });
    }
    if (this.#doing === doing) this.#say(doing, problem);
    await record.flushed();
  }

  async #follow(
    timeoutMs: number | undefined,
    runThrough: (progress: PodProgress) => Promise<PodEnd>,
  ): Promise<RunEnd> {
    const { watch, signal, data } = this.context;
    const { PodName, PodUID } = data();
    const progress = new PodProgress(PodUID, (course) => {
      this.#showWait(course);
    });
    const stopListening = watch.listen(PodName, (pod) => {
      progress.see(pod);
    });
    this.#over = new AbortController();
    const over = AbortSignal.any([signal, this.#over.signal]);
    const started = new AbortController();
    try {
      const { api, namespace } = this.context;
      void explainWait(progress, () => api.podEvents(namespace, PodName, over), over);
      if (timeoutMs !== undefined) {
        void this.#timeOut(progress, timeoutMs, AbortSignal.any([over, started.signal]));
      }
      await this.#overdue(progress.left('pending', signal));
      started.abort();
      signal.throwIfAborted();
      const { course } = progress;
      if (course.phase === 'ended' && !course.hasRun) return { end: course.end, hasRun: false };
      const end = await runThrough(progress);
      if (end.state === UnitState.Failed) await this.#readStderr(over);
      const stderr = this.#stderr.lastLines;
      const runsOn = end.state === UnitState.Failed && progress.course.phase !== 'ended';
      return { end, hasRun: !runsOn, stderr };
    } finally {
      stopListening();
      this.#over.abort();
    }
  }

  /** Waits for a change of the pod; where it takes long, its events may have been lost. */
  async #overdue(change: Promise<void>): Promise<void> {
    let stop = (): void => undefined;
    const timer = setTimeout(() => {
      stop = this.context.watch.hasten();
    }, OVERDUE_MS);
    await change;
    clearTimeout(timer);
    stop();
  }

  async #timeOut(progress: PodProgress, timeoutMs: number, signal: AbortSignal): Promise<void> {
    try {
      for (let ms = timeoutMs; ms > 0; ms -= LONGEST_MS) {
        await wait(Math.min(ms, LONGEST_MS), undefined, { signal });
      }
      progress.timeOut(this.context.watch.problem);
    } catch {
      // it is over
    }
  }

  async #runThrough(
    progress: PodProgress,
    streams: PodStreams,
    feeding: Promise<PodEnd | undefined>,
  ): Promise<PodEnd> {
    const { signal } = this.context;
    const stop = new AbortController();
    const reading = this.#takeOutput(progress, streams, AbortSignal.any([signal, stop.signal]));
    for (const each of [reading, feeding]) each.catch(() => undefined);
    try {
      const missing = await Promise.race([feeding, reading.then(() => undefined)]);
      // what was not delivered is not waited for
      if (missing !== undefined) return missing;
      const output = await reading;
      if (output.kind === 'over') return output.end;
      if (output.kind === 'lost') this.#say(this.#doing, output.end.detail);
      await this.#overdue(progress.left('running', signal));
      signal.throwIfAborted();
      const { course } = progress;
      const end = course.phase === 'ended' ? course.end : failed('pod-deleted', 'pod is gone');
      return output.kind === 'complete' || end.state === UnitState.Failed ? end : output.end;
    } catch (error) {
      if (error instanceof WorkError && error.code === 'output-too-long') {
        return failed('output-too-long', error.message);
      }
      throw error;
    } finally {
      stop.abort();
      await reading.catch(() => undefined);
    }
  }

  async #takeOutput(
    progress: PodProgress,
    streams: PodStreams,
    signal: AbortSignal,
  ): Promise<OutputEnd> {
    const { record, unitContext, maxStdoutBytes } = this.context;
    const stdout = new StdoutFile({
      path: record.path('stdout'),
      reserve: unitContext.reserve,
      maxBytes: maxStdoutBytes,
      onGrown: () => {
        record.grow();
      },
      onProblem: (why) => {
        this.#say(this.#doing, why);
      },
      signal,
    });
    try {
      const end = await streams.read(progress, stdout, signal);
      await stdout.close();
      return end;
    } catch (error) {
      await stdout.close().catch(() => undefined);
      throw error;
    }
  }

  #byCluster(): ClusterStreams {
    const { api, namespace, record, unitContext, data, save, signal } = this.context;
    return new ClusterStreams({
      api,
      namespace,
      record,
      digests: unitContext.digests,
      data,
      save,
      store: (change) => this.#store(change),
      onStderr: (bytes) => {
        this.#stderr.take(bytes);
      },
      onProblem: (why) => {
        this.#say(this.#doing, why);
      },
      log: this.#log,
      signal: AbortSignal.any([signal, this.#over.signal]),
    });
  }

  #byTcp(listener: PodListener): PodStreams {
    const { record, signal } = this.context;
    return new TcpStreams({
      listener,
      stdin: record.path('stdin'),
      signal: AbortSignal.any([signal, this.#over.signal]),
    });
  }

  /** Gives the pod its stdin; says what the unit ends with when that is not possible any more. */
  async #feed(
    progress: PodProgress,
    streams: PodStreams,
    bytes: number,
  ): Promise<PodEnd | undefined> {
    if (bytes > 0) this.#say('Sending stdin to pod', undefined);
    const missing = await streams.feed(progress);
    this.context.signal.throwIfAborted();
    if (missing === undefined || bytes === 0) {
      this.#say('Pod Running', undefined, UnitState.Running);
      return undefined;
    }
    // how it failed by itself says more
    await Promise.race([
      progress.left('running', this.context.signal),
      wait(END_KNOWN_MS, undefined, { ref: false }),
    ]);
    const { course } = progress;
    if (course.phase === 'ended' && course.end.state === UnitState.Failed) return undefined;
    return failed('input-lost', `Error with pod's stdin: ${foreignText(missing)}`);
  }

  /** With a spool, and by TCP, the log has what went elsewhere, and all of it: what came while stdin was attached to may not be its last. */
  async #readStderr(signal: AbortSignal): Promise<void> {
    const { api, namespace, data } = this.context;
    const { Spool, PodName } = data();
    if (Spool === undefined && this.context.viaTcp === undefined) return;
    await this.#stderr.read((maxBytes, patience) =>
      api.logTail(namespace, PodName, maxBytes, AbortSignal.any([signal, patience])),
    );
  }

  #showWait(course: PodCourse): void {
    if (course.phase !== 'pending') return;
    this.#say('Pod created', course.waiting?.text ?? this.context.watch.problem);
  }

  #say(doing: string, problem: string | undefined, state?: UnitState): void {
    if (doing === this.#doing && problem === this.#problem && state === undefined) return;
    this.#doing = doing;
    this.#problem = problem;
    const detail = problem === undefined ? doing : `${doing}; ${foreignText(problem)}`;
    this.context.record.update({ detail, ...(state !== undefined && { state }) });
  }
}
