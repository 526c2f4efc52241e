import type { Logger } from '@receptorjs/primitives';
import type { UnitContext, UnitRecord } from '@receptorjs/workceptor';
import { statSync } from 'node:fs';
import type { ClusterApi } from '../cluster/cluster-api.js';
import { retryPassing } from '../cluster/retry-passing.js';
import { isPassing, KubernetesError, wasNotSent } from '../errors.js';
import type { KubeData } from '../extra-data.js';
import { CursorFile } from '../log/cursor-file.js';
import { LogOutput } from '../log/log-output.js';
import { SpoolOutput } from '../spool/spool-output.js';
import type { StdoutFile } from '../output/stdout-file.js';
import type { PodProgress } from '../pod/pod-progress.js';
import type { OutputEnd, PodStreams } from './pod-streams.js';
import { seeStdinEnded, type SentBy } from '../channels/see-stdin-ended.js';
import { InputLost, sendStdin } from '../channels/send-stdin.js';

/** Milliseconds for which stdin is tried to be attached to while nothing was sent: an API server may be away for minutes. */
const ATTACH_MS = 300_000;

/** Milliseconds that the end of stdin may be on its way behind the rest of it, and by itself. */
const ON_ITS_WAY = { first: 30_000, longest: 120_000 };
const EMPTY_ON_ITS_WAY = { first: 5_000, longest: 60_000 };

/** A connection that has gone. */
const cut: SentBy = { gone: Promise.resolve(), endsByClosing: false };

/** What the streams of a unit need. */
export interface ClusterStreamsContext {
  readonly api: ClusterApi;
  readonly namespace: string;
  readonly record: UnitRecord;
  readonly digests: UnitContext['digests'];
  readonly data: () => KubeData;
  readonly save: (change: Partial<KubeData>) => void;
  /** Resolves once it is stored. */
  readonly store: (change: Partial<KubeData>) => Promise<void>;
  /** Takes what the worker writes to stderr while stdin is attached to. */
  readonly onStderr: (bytes: Buffer) => void;
  /** Says what is in the way; nothing when nothing is any more. */
  readonly onProblem: (why: string | undefined) => void;
  readonly log: Logger;
  /** Ends everything. */
  readonly signal: AbortSignal;
}

/** By the API server: stdin by an attachment, stdout by a spool in the pod, or by the log where there is none. */
export class ClusterStreams implements PodStreams {
  /** Fires once the spool has said that the worker has all of its stdin. */
  readonly #fed = new AbortController();
  /** Whether it may still say so; written by the constructor and `read`. */
  #tells: boolean;

  constructor(private readonly context: ClusterStreamsContext) {
    this.#tells = context.data().Spool !== undefined;
  }

  async feed(progress: PodProgress): Promise<string | undefined> {
    const { record, signal, save, store, onProblem } = this.context;
    // none at all may be sent again
    const isNone = stdinBytes(record) === 0;
    const attempt = async (): Promise<SentBy | undefined> => {
      // without an attachment its stdin would have kept waiting whoever wanted some
      if (progress.course.phase === 'ended') return undefined;
      if (isNone) return this.#send(record.path('stdin'));
      // an attachment that is cut ends the container's stdin, although nothing was sent
      await store({ StdinUnsent: undefined });
      try {
        return await this.#send(record.path('stdin'));
      } catch (error) {
        if (hasReachedNobody(error)) save({ StdinUnsent: true });
        throw error;
      }
    };
    try {
      const sent = await retryPassing(attempt, { forMs: ATTACH_MS, onProblem, signal, mayPass });
      if (sent !== undefined) this.seeFed(sent);
      return undefined;
    } catch (error) {
      signal.throwIfAborted();
      if (isNone && (error instanceof InputLost || mayPass(error))) {
        this.seeFed();
        return undefined;
      }
      if (error instanceof InputLost) return error.message || 'the connection was ended early';
      if (error instanceof KubernetesError) return error.message;
      throw error;
    }
  }

  /**
   * Sees to it that stdin ends, in the background.
   *
   * @param sent by what it was; by default the connection of an earlier daemon, which has gone
   */
  seeFed(sent: SentBy = cut): void {
    const { record, signal } = this.context;
    void seeStdinEnded({
      sent,
      sendAgain: () => this.#endAgain(),
      isTold: () => this.#tells,
      onItsWay: stdinBytes(record) === 0 ? EMPTY_ON_ITS_WAY : ON_ITS_WAY,
      signal: AbortSignal.any([signal, this.#fed.signal]),
    });
  }

  async read(progress: PodProgress, stdout: StdoutFile, signal: AbortSignal): Promise<OutputEnd> {
    const { api, namespace, record, digests, data, save, store, onProblem, log } = this.context;
    const context = { api, namespace, name: data().PodName, progress, stdout, onProblem, signal };
    const { Spool } = data();
    if (Spool !== undefined) {
      const end = await new SpoolOutput({
        ...context,
        isTaken: Spool === 'taken',
        digest: (bytes) => digests.range(record, { startPos: 0n, endPos: BigInt(bytes) }, signal),
        stdinBytes: stdinBytes(record),
        onFed: () => {
          this.#fed.abort();
        },
        lostBefore: data().OutputLost,
        onLost: (OutputLost) => store({ OutputLost }),
        onTaken: () => store({ Spool: 'taken' }),
        onNone: (program) => {
          log.info(`[${record.id}] its output comes by the log, for its image has no ${program}`);
          return store({ Spool: undefined });
        },
      }).run();
      this.#tells = false;
      if (end.kind !== 'none') return end;
    }
    return new LogOutput({
      ...context,
      cursorFile: new CursorFile(record.path('log-cursor')),
      lostAt: data().LostAt,
      onLost: (at) => {
        save({ LostAt: at });
        log.warning(`[${record.id}] some of its output is lost behind byte ${at}`);
      },
    }).run();
  }

  /** Where that may help. */
  async #endAgain(): Promise<SentBy | undefined> {
    try {
      return await this.#send();
    } catch (error) {
      return error instanceof InputLost || mayPass(error) ? cut : undefined;
    }
  }

  /** Attaches, and sends a file, where one is given, and the end. */
  async #send(path?: string): Promise<SentBy> {
    const { api, namespace, signal, data, onStderr } = this.context;
    const { url, login } = await api.attachment(namespace, data().PodName, signal);
    const fed = this.#fed.signal;
    return sendStdin({ url, login, path, onStderr, fed, signal });
  }
}

const stdinBytes = (record: UnitRecord): number =>
  statSync(record.path('stdin'), { throwIfNoEntry: false })?.size ?? 0;

/** Whether an attachment was refused, or nobody was there. */
const hasReachedNobody = (error: unknown): boolean =>
  error instanceof KubernetesError && (error.code !== 'unreachable' || wasNotSent(error));

/** A token may have expired, and a kubeconfig be being replaced. */
const mayPass = (error: unknown): boolean =>
  isPassing(error) ||
  (error instanceof KubernetesError && ['unauthorized', 'bad-config'].includes(error.code));
