import { backoffDelay } from '@receptorjs/primitives';
import { setTimeout as wait } from 'node:timers/promises';
import { KubernetesError } from '../errors.js';
import { failed, type PodEnd } from '../pod/pod-end.js';
import { SpoolConnection } from './spool-connection.js';
import type { SpoolWord } from './spool-word.js';
import type { OutputContext } from '../output/output-context.js';

/** Milliseconds between attempts to read the spool. */
const AGAIN = { first: 100, longest: 10_000 };
/** Attempts that may fail before it is said why: the end of the container is one such reason. */
const SILENT_FAILURES = 2;
/** Bytes after which what is here is made safe and acknowledged, so that the spool can let go of it. */
const ACKNOWLEDGE_BYTES = 16 * 2 ** 20;
/** Milliseconds that a reader has to end once it has what it waits for. */
const RELEASE_MS = 5_000;

/** What the spool needs besides. */
export interface SpoolOutputContext extends OutputContext {
  /** An earlier daemon has found that all is here: only the worker may wait to hear it. */
  readonly isTaken: boolean;
  /** SHA-256 of so many bytes of stdout, in hexadecimal, as they stand on the disk. */
  readonly digest: (bytes: number) => Promise<string>;
  /** Bytes of stdin that the worker should have got. */
  readonly stdinBytes: number;
  /** Hears that the worker has all of its stdin, or wants no more; maybe more than once. */
  readonly onFed: () => void;
  /** Stores that all is here, before the worker hears of it and ends. Resolves once it is stored. */
  readonly onTaken: () => Promise<void>;
  /** An earlier daemon has found that some is lost: what it has said of it. */
  readonly lostBefore: string | undefined;
  /** Stores that some is lost, before the worker hears of it and ends. Resolves once it is stored. */
  readonly onLost: (detail: string) => Promise<void>;
  /** Stores that there is no spool, for want of this program, before the command begins. Resolves once it is stored. */
  readonly onNone: (program: string) => Promise<void>;
}

/** What came of the spool. */
export type SpoolEnd =
  /** All is here, as it was written. */
  | { readonly kind: 'complete' }
  /** The image has not what a spool needs: stdout stands in the log. */
  | { readonly kind: 'none' }
  | { readonly kind: 'lost'; readonly end: PodEnd }
  /** What the worker does is not what it was asked for: its end is not waited for. */
  | { readonly kind: 'over'; readonly end: PodEnd };

/**
 * The output of a pod's worker by its spool: read from the byte on that the file here ends with, however often the connection is cut, and
 * acknowledged once it is safe here. The container's log and its rotation do not matter. The worker ends when all is acknowledged.
 *
 * See docs/decisions/0141-complete-output-of-pods.md.
 */
export class SpoolOutput {
  #failures = 0;
  /** Bytes that were acknowledged by this daemon; written by `#acknowledge` only. */
  #acknowledged = 0;
  /** Once it is known; written by `#read` only. */
  #result: SpoolEnd | undefined;

  constructor(private readonly context: SpoolOutputContext) {
    const { isTaken, lostBefore } = context;
    if (isTaken) this.#result = { kind: 'complete' };
    if (lostBefore !== undefined) this.#result = lost(lostBefore);
  }

  /**
   * Reads until the end, and lets the worker go.
   *
   * @throws {WorkError} `output-too-long`; what the system says; the signal's reason
   */
  async run(): Promise<SpoolEnd> {
    const { progress, signal, onProblem } = this.context;
    for (;;) {
      signal.throwIfAborted();
      if (progress.course.phase === 'ended') return this.#result ?? this.#cutOff();
      const problem = await this.#attempt();
      if (problem === undefined && this.#result) return this.#result;
      this.#failures += 1;
      if (this.#failures > SILENT_FAILURES) onProblem(problem);
      await this.#pause();
    }
  }

  /** One connection; gives what is wrong with it. */
  async #attempt(): Promise<string | undefined> {
    const { api, namespace, name, stdout, signal } = this.context;
    try {
      const request = { api, namespace, name, position: stdout.size, signal };
      const connection = await SpoolConnection.open(request);
      try {
        // one that was cut off would let the worker wait for ever; where nothing is here, a line is the answer to `none`
        if (stdout.size > 0) await this.#acknowledge(connection, stdout.size);
        return await this.#read(connection);
      } finally {
        connection.close();
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof KubernetesError)) throw error;
      return error.message;
    }
  }

  /** Takes what comes; gives why it does not any more, and nothing when all was taken and the worker was let go. */
  async #read(connection: SpoolConnection): Promise<string | undefined> {
    const { stdout, onFed, signal } = this.context;
    for (;;) {
      signal.throwIfAborted();
      const piece = connection.take();
      if (piece) {
        await stdout.append(piece);
        this.#hasComeThrough();
        if (stdout.size - this.#acknowledged >= ACKNOWLEDGE_BYTES) {
          await this.#acknowledge(connection, stdout.size);
        }
        continue;
      }
      if (connection.isOpen) this.#hasComeThrough();
      const { fed, word, end } = connection;
      if (fed) {
        onFed();
        // it would work with half of its input
        const lost = this.#lostInput(fed.bytes);
        if (lost) {
          this.#result ??= lost;
          return undefined;
        }
      }
      const isAllHere = word && stdout.size >= bytesBefore(word);
      if (word && (isAllHere || (word.kind === 'lost' && end))) {
        this.#result ??= await this.#conclude(word);
        return this.#letGo(connection, word);
      }
      if (end) return end.why;
      await connection.changed();
    }
  }

  async #conclude(word: SpoolWord): Promise<SpoolEnd> {
    const { stdout, digest } = this.context;
    if (word.kind === 'none') return { kind: 'none' };
    if (word.kind === 'lost') {
      const why = word.why === undefined ? '' : `: ${word.why}`;
      return missing(`what the worker wrote behind byte ${word.at} is not in its spool${why}`);
    }
    if (stdout.size > word.bytes) {
      return missing(`the worker wrote ${word.bytes} bytes, and here are ${stdout.size}`);
    }
    await stdout.drained();
    if (word.sha256 !== undefined && (await digest(word.bytes)) !== word.sha256) {
      return missing('the bytes here are not those that the worker wrote: their SHA-256 differs');
    }
    return this.#lostInput(word.stdinBytes) ?? { kind: 'complete' };
  }

  /** @param came bytes of stdin that the worker got; none where it did not want all of them */
  #lostInput(came: number | undefined): SpoolEnd | undefined {
    const { stdinBytes } = this.context;
    if (came === undefined || came === stdinBytes) return undefined;
    const why = `Error with pod's stdin: ${came} of ${stdinBytes} bytes came`;
    return { kind: 'over', end: failed('input-lost', why) };
  }

  /** The worker waits until all is acknowledged. */
  async #letGo(connection: SpoolConnection, word: SpoolWord): Promise<string | undefined> {
    const { stdout, onTaken, onLost, onNone } = this.context;
    await stdout.synced();
    const result = this.#result;
    if (result?.kind === 'complete') await onTaken();
    if (result?.kind === 'lost') await onLost(result.end.detail);
    if (word.kind === 'none') await onNone(word.program);
    connection.acknowledge(acknowledgementOf(word));
    const { progress, signal } = this.context;
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    const late = wait(RELEASE_MS, undefined, { signal: either, ref: false });
    const ended = progress.left('running', either);
    const why = await Promise.race([
      connection.closed().then((end) => (end?.isSuccess ? undefined : end?.why)),
      ended.then(() => undefined),
      late.then(
        () => 'the reader of the output in the pod does not end',
        () => undefined,
      ),
    ]);
    over.abort();
    return why;
  }

  async #acknowledge(connection: SpoolConnection, bytes: number): Promise<void> {
    await this.context.stdout.synced();
    this.#acknowledged = bytes;
    connection.acknowledge(bytes);
  }

  #hasComeThrough(): void {
    if (this.#failures > SILENT_FAILURES) this.context.onProblem(undefined);
    this.#failures = 0;
  }

  #cutOff(): SpoolEnd {
    const { size } = this.context.stdout;
    return missing(
      `the pod had ended before all was read that its worker wrote behind byte ${size}`,
    );
  }

  /** Until the next attempt, or until the worker has ended. */
  async #pause(): Promise<void> {
    const { progress, signal } = this.context;
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    const ms = backoffDelay(AGAIN, Math.max(1, this.#failures), Math.random());
    await Promise.race([
      wait(ms, undefined, { signal: either }).catch(() => undefined),
      progress.left('running', either),
    ]);
    over.abort();
  }
}

/** How much there is before what a word is about: it may come before the last of that. */
function bytesBefore(word: SpoolWord): number {
  if (word.kind === 'none') return 0;
  return word.kind === 'end' ? word.bytes : word.at;
}

/** What the worker waits for: more than all there is, so that what is acknowledged on the way does not let it go before its end was heard. */
function acknowledgementOf(word: SpoolWord): number {
  return word.kind === 'none' ? 0 : bytesBefore(word) + 1;
}

function lost(detail: string): SpoolEnd {
  return { kind: 'lost', end: failed('output-lost', detail) };
}

const missing = (why: string): SpoolEnd => lost(`output is not complete: ${why}`);
