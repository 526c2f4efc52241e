import type { Logger } from '@receptorjs/primitives';
import type { UnitContext, UnitRecord } from '@receptorjs/workceptor';
import { statSync } from 'node:fs';
import type { ClusterApi } from '../cluster/cluster-api.js';
import { retryPassing } from '../cluster/retry-passing.js';
import { isPassing, KubernetesError } from '../errors.js';
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

  constructor(private readonly context: ClusterStreamsContext) {}

  async feed(progress: PodProgress): Promise<string | undefined> {
    const { record, signal, store, onProblem } = this.context;
    // none at all may be sent again
    const isNone = stdinBytes(record) === 0;
    const onBegin = (): Promise<void> =>
      isNone ? Promise.resolve() : store({ StdinUnsent: undefined });
    const attempt = async (): Promise<SentBy | undefined> => {
      // without an attachment its stdin would have kept waiting whoever wanted some
      if (progress.course.phase === 'ended') return undefined;
      return this.#send(record.path('stdin'), onBegin);
    };
    try {
      const sent = await retryPassing(attempt, { forMs: ATTACH_MS, onProblem, signal, mayPass });
      if (sent !== undefined) this.seeFed(sent);
      return undefined;
    } catch (error) {
      signal.throwIfAborted();
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
  seeFed(sent: SentBy = { gone: Promise.resolve() }): void {
    const { data, signal } = this.context;
    void seeStdinEnded({
      sent,
      sendAgain: () => this.#send(undefined, () => Promise.resolve()),
      isTold: data().Spool !== undefined,
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

  /** Attaches, and sends a file and the end. */
  async #send(path: string | undefined, onBegin: () => Promise<void>): Promise<SentBy> {
    const { api, namespace, signal, data, onStderr } = this.context;
    const { url, login } = await api.attachment(namespace, data().PodName, signal);
    const fed = this.#fed.signal;
    return sendStdin({ url, login, path, onBegin, onStderr, fed, signal });
  }
}

const stdinBytes = (record: UnitRecord): number =>
  statSync(record.path('stdin'), { throwIfNoEntry: false })?.size ?? 0;

/** A token may have expired, and a kubeconfig be being replaced. */
const mayPass = (error: unknown): boolean =>
  isPassing(error) ||
  (error instanceof KubernetesError && ['unauthorized', 'bad-config'].includes(error.code));
