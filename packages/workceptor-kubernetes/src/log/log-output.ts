import { backoffDelay } from '@receptorjs/primitives';
import { setTimeout as wait } from 'node:timers/promises';
import { isNotFound, KubernetesError } from '../errors.js';
import { failed } from '../pod/pod-end.js';
import type { OutputEnd } from '../streams/pod-streams.js';
import type { CursorFile } from './cursor-file.js';
import { LOG_START, type LogCursor } from './log-cursor.js';
import { readLog, type LogHole } from './read-log.js';
import type { OutputContext } from '../output/output-context.js';

/** Milliseconds between attempts to follow a log. */
const AGAIN = { first: 200, longest: 10_000 };
/** Attempts to read the log of a container that has ended, without any progress. */
const MOST_ATTEMPTS = 8;
/** Milliseconds between two cursors that are stored. */
const STORE_MS = 1_000;
/**
 * Seconds between two lines in which the log was rotated once at most: the kubelet looks each three seconds or less often. Where an answer
 * has ended cleanly, at the end of a file, and the next one begins so shortly after, it begins with the very next line.
 */
const ONE_ROTATION_SECONDS = 1;
/** Milliseconds for which the log of a container that has ended may be silent before it is asked for anew. */
const SILENT_MS = 10_000;

/** What its log needs besides. */
export interface LogOutputContext extends OutputContext {
  /** Where an earlier daemon has stopped, and where this one is: all before that is in the file. */
  readonly cursorFile: CursorFile;
  /** Where an earlier daemon has found that some was lost. */
  readonly lostAt: number | undefined;
  /** Some was lost behind so many bytes. */
  readonly onLost: (at: number) => void;
  /** Milliseconds between attempts, for tests. */
  readonly again?: typeof AGAIN;
}

/**
 * The output of a pod's worker, by its log: followed without a pause, gone on with from where it was cut, until the container has ended and
 * its log has been read to the end after that. What is known to be missing makes the unit fail.
 *
 * See docs/decisions/0141-complete-output-of-pods.md.
 */
export class LogOutput {
  #cursor: LogCursor = LOG_START;
  /** Bytes of the file behind which the log goes on. */
  #position = 0;
  /** Bytes of the file when this daemon came to it: what the log brings of them again is compared with them. */
  readonly #found: number;
  #storedAt = Number.NEGATIVE_INFINITY;
  #lostAt: number | undefined;
  /** Attempts that failed since something came, or an answer ended properly, or the container ended. */
  #failures = 0;
  /** Whether the container is known to have ended; written by `run` only. */
  #hasEnded = false;
  #lastBytesAt = 0;
  /** Whether the answer before has ended cleanly; written by `#attempt` only. */
  #wasWhole = false;

  constructor(private readonly context: LogOutputContext) {
    const { stdout, cursorFile, lostAt } = context;
    const from = cursorFile.read();
    this.#lostAt = lostAt;
    this.#found = stdout.size;
    // without what a power cut has taken, all is read again, and what is here is left out
    if (from !== undefined && from.size <= this.#found) {
      this.#cursor = { stamp: from.stamp, lines: from.lines, bytes: from.bytes };
      this.#position = from.size;
    }
  }

  /**
   * Reads until the end: complete, as far as the log can tell, or lost.
   *
   * @throws {WorkError} `output-too-long`; what the system says; the signal's reason
   */
  async run(): Promise<OutputEnd> {
    const { progress, signal } = this.context;
    try {
      for (;;) {
        signal.throwIfAborted();
        // the end of the log before the container's says nothing, and its log may grow until then
        const hasEnded = progress.course.phase === 'ended';
        // what went wrong while it ran says nothing of its log now
        if (hasEnded && !this.#hasEnded) this.#failures = 0;
        this.#hasEnded = hasEnded;
        const problem = await this.#attempt(hasEnded);
        if (problem === undefined && hasEnded) {
          // a write in the background may have failed
          await this.context.stdout.drained();
          // it has less than was here: it may have been rotated, and lines be the same
          if (this.#position < this.#found) this.#lose(this.#position);
          return this.#endOf();
        }
        this.#failures = problem === undefined ? 0 : this.#failures + 1;
        if (hasEnded && (problem === 'gone' || this.#failures >= MOST_ATTEMPTS)) {
          return this.#endOf(problem);
        }
        this.context.onProblem(problem === 'gone' ? undefined : problem);
        await this.#pause(hasEnded);
      }
    } finally {
      await this.#store().catch(() => undefined);
    }
  }

  async #store(): Promise<void> {
    await this.context.stdout.drained();
    this.#storedAt = performance.now();
    await this.context.cursorFile.write({ ...this.#cursor, size: this.#position });
  }

  /** One request; gives what is wrong with its answer. */
  async #attempt(hasEnded: boolean): Promise<string | undefined> {
    const { api, namespace, name, progress, signal } = this.context;
    const attempt = new AbortController();
    const watchdog = setInterval(() => {
      const isSilent = performance.now() - this.#lastBytesAt > SILENT_MS;
      if (progress.course.phase === 'ended' && isSilent) attempt.abort();
    }, SILENT_MS / 4);
    this.#lastBytesAt = performance.now();
    try {
      const end = await readLog({
        api,
        namespace,
        name,
        from: this.#cursor,
        follow: !hasEnded,
        signal: AbortSignal.any([signal, attempt.signal]),
        onBytes: (pieces, cursor, hole) => this.#take(pieces, cursor, hole),
      });
      this.#cursor = end.cursor;
      this.#wasWhole = end.isWhole;
      return end.problem;
    } catch (error) {
      signal.throwIfAborted();
      if (attempt.signal.aborted) return 'the log does not come to an end';
      if (!(error instanceof KubernetesError)) throw error;
      return isNotFound(error) ? 'gone' : error.message;
    } finally {
      clearInterval(watchdog);
    }
  }

  async #take(
    pieces: readonly Uint8Array[],
    cursor: LogCursor,
    hole: LogHole | undefined,
  ): Promise<void> {
    this.#lastBytesAt = performance.now();
    const followsOn = this.#wasWhole && (hole?.seconds ?? 0) < ONE_ROTATION_SECONDS;
    if (hole && !followsOn) this.#lose(this.#position);
    if (this.#failures > 0) this.context.onProblem(undefined);
    this.#failures = 0;
    for (const piece of await this.#newIn(pieces)) {
      await this.context.stdout.append(piece);
      this.#position += piece.length;
    }
    this.#cursor = cursor;
    if (performance.now() - this.#storedAt >= STORE_MS) await this.#store();
  }

  /** What of the log is not here yet. Where it is not what is here, its beginning was rotated away: all from there on is new. */
  async #newIn(pieces: readonly Uint8Array[]): Promise<readonly Uint8Array[]> {
    const left = this.#found - this.#position;
    if (left <= 0) return pieces;
    const bytes = Buffer.concat(pieces);
    const again = bytes.subarray(0, left);
    const same = await this.context.stdout.countSame(again, this.#position);
    if (same === again.length) this.#position += same;
    else {
      this.#lose(this.#position + same);
      this.#position = this.#found;
      this.#storedAt = Number.NEGATIVE_INFINITY;
    }
    return same < bytes.length ? [bytes.subarray(same)] : [];
  }

  #lose(at: number): void {
    if (this.#lostAt !== undefined) return;
    this.#lostAt = at;
    this.context.onLost(at);
  }

  /** Until the next attempt: the end of the container is waited for, where that may be why its log has ended. */
  async #pause(hadEnded: boolean): Promise<void> {
    const { progress, signal } = this.context;
    const ms = backoffDelay(
      this.context.again ?? AGAIN,
      Math.max(1, this.#failures),
      Math.random(),
    );
    const pause = new AbortController();
    const paused = wait(ms, undefined, { signal: AbortSignal.any([signal, pause.signal]) });
    const over = hadEnded
      ? undefined
      : progress.left('running', AbortSignal.any([signal, pause.signal]));
    await Promise.race([paused.catch(() => undefined), ...(over ? [over] : [])]);
    pause.abort();
  }

  #endOf(problem?: string): OutputEnd {
    if (this.#lostAt !== undefined) {
      return lost(
        `output is not complete: behind byte ${this.#lostAt} the container's log was rotated while it could not be read`,
      );
    }
    if (problem === undefined) return { kind: 'complete' };
    const why = problem === 'gone' ? 'the pod is gone' : problem;
    return lost(
      `output may not be complete: behind byte ${this.#position} the container's log could not be read (${why})`,
    );
  }
}

function lost(detail: string): OutputEnd {
  return { kind: 'lost', end: failed('output-lost', detail) };
}
