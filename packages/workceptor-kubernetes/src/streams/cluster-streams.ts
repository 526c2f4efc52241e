import { backoffDelay, type Logger } from '@receptorjs/primitives';
import type { UnitContext, UnitRecord } from '@receptorjs/workceptor';
import { statSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { ClusterApi } from '../cluster/cluster-api.js';
import { isPassing, KubernetesError } from '../errors.js';
import type { KubeData } from '../extra-data.js';
import { CursorFile } from '../log/cursor-file.js';
import { LogOutput } from '../log/log-output.js';
import { SpoolOutput } from '../spool/spool-output.js';
import type { StdoutFile } from '../output/stdout-file.js';
import type { PodProgress } from '../pod/pod-progress.js';
import type { OutputEnd, PodStreams } from './pod-streams.js';
import { InputLost, sendStdin } from '../channels/send-stdin.js';

/** Attempts to attach before anything was sent, and milliseconds between them. */
const MOST_ATTACHES = 8;
const ATTACH_AGAIN = { first: 200, longest: 5_000 };

/** What the streams of a unit need. */
export interface ClusterStreamsContext {
  readonly api: ClusterApi;
  readonly namespace: string;
  readonly record: UnitRecord;
  readonly digests: UnitContext['digests'];
  readonly data: () => KubeData;
  /** Gives whether it is stored. */
  readonly save: (change: Partial<KubeData>, when?: 'soon') => boolean;
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
    const { api, namespace, record, signal, data, onStderr } = this.context;
    for (let attempt = 1; ; attempt++) {
      // without an attachment its stdin would have kept waiting whoever wanted some
      if (progress.course.phase === 'ended') return undefined;
      try {
        const { url, login } = await api.attachment(namespace, data().PodName, signal);
        await sendStdin({
          url,
          login,
          path: record.path('stdin'),
          onStderr,
          fed: this.#fed.signal,
          signal,
        });
        return undefined;
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof InputLost) return error.message || 'the connection was ended early';
        if (!(error instanceof KubernetesError)) throw error;
        if (error.code === 'unauthorized') api.forgetLogin();
        else if (!isPassing(error)) return error.message;
        if (attempt >= MOST_ATTACHES) return error.message;
        const ms = backoffDelay(ATTACH_AGAIN, attempt, Math.random());
        await wait(ms, undefined, { signal });
      }
    }
  }

  async read(progress: PodProgress, stdout: StdoutFile, signal: AbortSignal): Promise<OutputEnd> {
    const { api, namespace, record, digests, data, save, onProblem, log } = this.context;
    const context = { api, namespace, name: data().PodName, progress, stdout, onProblem, signal };
    const { Spool } = data();
    if (Spool !== undefined) {
      const stored = async (change: Partial<KubeData>): Promise<boolean> => {
        if (!save(change)) return false;
        await record.flushed();
        return true;
      };
      const end = await new SpoolOutput({
        ...context,
        isTaken: Spool === 'taken',
        digest: (bytes) => digests.range(record, { startPos: 0n, endPos: BigInt(bytes) }, signal),
        stdinBytes: statSync(record.path('stdin'), { throwIfNoEntry: false })?.size ?? 0,
        onFed: () => {
          this.#fed.abort();
        },
        onTaken: () => stored({ Spool: 'taken' }),
        onNone: (program) => {
          log.info(`[${record.id}] its output comes by the log, for its image has no ${program}`);
          return stored({ Spool: undefined });
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
}
