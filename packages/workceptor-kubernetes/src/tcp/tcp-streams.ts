import { errorText, onAbort } from '@receptorjs/primitives';
import { UnitState } from '@receptorjs/control-protocol';
import { UnitFile } from '@receptorjs/workceptor/internal';
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { StdoutFile } from '../output/stdout-file.js';
import type { OutputEnd, PodStreams } from '../streams/pod-streams.js';
import { failed, type PodEnd } from '../pod/pod-end.js';
import type { PodProgress } from '../pod/pod-progress.js';
import type { PodListener } from './pod-listener.js';

/** Milliseconds that the worker has to connect once it runs. */
const CONNECT_MS = 300_000;
/** Milliseconds after which the worker counts as finished that has ended its output and goes on, as for the original it always does. */
const END_MS = 30_000;
/** Milliseconds for which the connection of a worker that has ended may be silent. */
const SILENT_MS = 10_000;
/** Bytes of stdin that are sent at once. */
const PIECE_BYTES = 64 * 1024;

/** What the streams of a unit need. */
export interface TcpStreamsContext {
  readonly listener: PodListener;
  /** Path of the unit's stdin. */
  readonly stdin: string;
  /** Ends everything. */
  readonly signal: AbortSignal;
  /** For tests. */
  readonly times?: Partial<TcpTimes>;
}

/** Milliseconds: see the constants above. */
interface TcpTimes {
  readonly connect: number;
  readonly end: number;
  readonly silent: number;
}

/**
 * Stdin and stdout by one connection that the pod makes to this node: `streammethod: tcp`. Stdin is sent and ended; what comes until the end
 * is stdout. It alone writes its fields.
 */
export class TcpStreams implements PodStreams {
  readonly #times: TcpTimes;
  #connected: Promise<Socket | undefined> | undefined;
  /** Whether the pod has ended its output; written by `#store` only. */
  #hasEnded = false;

  constructor(private readonly context: TcpStreamsContext) {
    this.#times = { connect: CONNECT_MS, end: END_MS, silent: SILENT_MS, ...context.times };
  }

  async feed(progress: PodProgress): Promise<string | undefined> {
    const socket = await this.#connection(progress);
    // `read` says why there is none
    if (socket === undefined) return undefined;
    const file = UnitFile.open(this.context.stdin, 'read');
    try {
      await sendFile(file, socket);
      return undefined;
    } catch (error) {
      this.context.signal.throwIfAborted();
      // what it has not taken until then, it did not want
      return this.#hasEnded ? undefined : errorText(error);
    } finally {
      file.close();
    }
  }

  async read(progress: PodProgress, stdout: StdoutFile, signal: AbortSignal): Promise<OutputEnd> {
    const socket = await this.#connection(progress);
    signal.throwIfAborted();
    if (socket === undefined) return this.#notConnected(progress);
    const cut = await this.#store(socket, progress, stdout, signal);
    signal.throwIfAborted();
    if (cut !== undefined) return { kind: 'lost', end: cut };
    await this.#inTime(this.#times.end, signal, (late) => progress.left('running', late));
    signal.throwIfAborted();
    if (progress.course.phase === 'ended') return { kind: 'complete' };
    return { kind: 'over', end: { state: UnitState.Succeeded, detail: 'Finished' } };
  }

  /** The connection once there is one; none when the worker ends before, or in time. */
  #connection(progress: PodProgress): Promise<Socket | undefined> {
    this.#connected ??= this.#connect(progress);
    return this.#connected;
  }

  async #connect(progress: PodProgress): Promise<Socket | undefined> {
    const { listener, signal } = this.context;
    return this.#inTime(this.#times.connect, signal, async (late) => {
      const over = new AbortController();
      const waiting = AbortSignal.any([late, over.signal]);
      const ended = progress.left('running', waiting).then(async () => {
        // its connection may be here a moment after its end is known
        await wait(this.#times.silent, undefined, { signal: waiting }).catch(() => undefined);
      });
      const connection = listener.connection(progress, waiting);
      try {
        const socket = await Promise.race([connection, ended.then(() => undefined)]);
        onAbort(signal, () => socket?.destroy());
        return socket;
      } catch {
        signal.throwIfAborted();
        return undefined;
      } finally {
        over.abort();
        connection.catch(() => undefined);
      }
    });
  }

  #notConnected({ course }: PodProgress): OutputEnd {
    const { RECEPTOR_HOST, RECEPTOR_PORT } = this.context.listener.env;
    const hasEnded = course.phase === 'ended';
    const how = hasEnded ? 'pod has ended' : `pod has run for ${this.#times.connect / 1_000} s`;
    const end = failed(
      'not-connected',
      `${how} without connecting to RECEPTOR_HOST ${RECEPTOR_HOST ?? ''}, RECEPTOR_PORT ${RECEPTOR_PORT ?? ''}, as streammethod tcp needs`,
    );
    return { kind: hasEnded ? 'lost' : 'over', end };
  }

  /** Stores all that comes; gives what is wrong where it does not come to a proper end. */
  async #store(
    socket: Socket,
    progress: PodProgress,
    stdout: StdoutFile,
    signal: AbortSignal,
  ): Promise<PodEnd | undefined> {
    // of what was stored; a full disk is no silence
    let lastAt = performance.now();
    let isWriting = false;
    const watchdog = setInterval(() => {
      const isSilent = performance.now() - lastAt > this.#times.silent;
      if (progress.course.phase === 'ended' && isSilent && !isWriting) {
        socket.destroy(new Error('the pod has ended, and its connection has not'));
      }
    }, this.#times.silent / 4);
    const stop = (): void => {
      socket.destroy();
    };
    signal.addEventListener('abort', stop, { once: true });
    try {
      // its other half goes on
      const pieces = socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
      for await (const piece of pieces) {
        isWriting = true;
        await stdout.append(piece);
        isWriting = false;
        lastAt = performance.now();
      }
      this.#hasEnded = true;
    } catch (error) {
      signal.throwIfAborted();
      if (isWriting) throw error;
      return failed(
        'output-lost',
        `output may not be complete: behind byte ${stdout.size} the connection of the pod was cut (${errorText(error)})`,
      );
    } finally {
      clearInterval(watchdog);
      signal.removeEventListener('abort', stop);
    }
    // a write in the background may have failed
    await stdout.drained();
    return undefined;
  }

  async #inTime<T>(
    ms: number,
    signal: AbortSignal,
    work: (late: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const late = new AbortController();
    const timer = setTimeout(() => {
      late.abort();
    }, ms);
    try {
      return await work(AbortSignal.any([signal, late.signal]));
    } finally {
      clearTimeout(timer);
    }
  }
}

async function sendFile(file: UnitFile, socket: Socket): Promise<void> {
  let position = 0;
  for (;;) {
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    const length = await file.read(piece, position);
    if (length === 0) break;
    position += length;
    await written(socket, (done) => socket.write(piece.subarray(0, length), done));
  }
  await written(socket, (done) => socket.end(done));
}

/** Resolves when the system has taken it; rejects too where the connection is gone without a word. */
function written(
  socket: Socket,
  write: (done: (error?: Error | null) => void) => unknown,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const onClose = (): void => {
      reject(new Error('the pod has closed its connection'));
    };
    socket.once('close', onClose);
    write((error) => {
      socket.off('close', onClose);
      if (error) reject(error);
      else resolve();
    });
    if (socket.destroyed) onClose();
  });
}
