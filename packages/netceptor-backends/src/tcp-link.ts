import type { Socket } from 'node:net';
import {
  MAX_MESSAGE_BYTES,
  type LinkOptions,
  type LinkReceiver,
  type LinkTransport,
  type MeshNode,
} from '@receptorjs/netceptor';
import { FrameQueue, QUEUE_BOUNDS } from './frame-queue.js';
import { FrameReader } from './frame-reader.js';

const KEEP_ALIVE_MS = 15_000;
/** How long a closed link may take to send its last messages. */
const CLOSE_MS = 1_000;

/** A link over a connected TCP (or TLS) socket. It alone writes its fields, and reads and writes the socket. */
export class TcpLink implements LinkTransport {
  readonly description: string;
  readonly #socket: Socket;
  readonly #queue = new FrameQueue();
  readonly #receiver: LinkReceiver;
  #state: 'open' | 'closing' | 'closed' = 'open';
  #flushScheduled = false;
  #writing = false;
  #refusedRoom = false;
  #closeTimer: NodeJS.Timeout | undefined;

  constructor(node: MeshNode, socket: Socket, description: string, options: LinkOptions) {
    this.description = description;
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    this.#receiver = node.attachLink(this, options);
    const reader = new FrameReader((chunk, start, end) => {
      if (this.#state === 'open') this.#receiver.message(chunk, start, end);
    });
    let failure: Error | undefined;
    socket.on('data', (chunk: Buffer) => reader.push(chunk));
    socket.on('error', (error) => {
      failure = error;
    });
    socket.on('end', () => socket.end());
    socket.on('close', () => {
      this.#state = 'closed';
      clearTimeout(this.#closeTimer);
      this.#receiver.closed(failure?.message ?? 'the connection was closed');
    });
  }

  /** Whether the peer has named itself and been accepted, at any time. */
  get wasEstablished(): boolean {
    return this.#receiver.wasEstablished;
  }

  sendControl(message: Buffer, mayDrop = false): void {
    if (this.#state !== 'open' || message.length > MAX_MESSAGE_BYTES) return;
    if (this.#queue.pushControl(message, mayDrop)) this.#flushSoon();
    else if (!mayDrop) this.#socket.destroy(new Error('the peer has stopped reading'));
  }

  sendData(chunk: Buffer, start: number, end: number): void {
    if (this.#state === 'open' && this.#queue.pushData(chunk, start, end)) this.#flushSoon();
  }

  reserve(length: number): Buffer | undefined {
    if (this.#state !== 'open') return undefined;
    if (this.#queue.dataBytes >= QUEUE_BOUNDS.reserve) {
      this.#refusedRoom = true;
      return undefined;
    }
    return this.#queue.reserve(length);
  }

  commit(length: number): void {
    this.#queue.commit(length);
    if (length > 0) this.#flushSoon();
  }

  close(): void {
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    while (!this.#queue.isEmpty) {
      for (const buffer of this.#queue.takeBatch()) this.#socket.write(buffer);
    }
    this.#socket.end();
    this.#closeTimer = setTimeout(() => this.#socket.destroy(), CLOSE_MS);
  }

  /** Writes once after everything that the running task queues. */
  #flushSoon(): void {
    if (this.#flushScheduled || this.#writing) return;
    this.#flushScheduled = true;
    queueMicrotask(() => {
      this.#flushScheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#writing || this.#queue.isEmpty || this.#state !== 'open') return;
    const batch = this.#queue.takeBatch();
    this.#writing = true;
    const socket = this.#socket;
    socket.cork();
    batch.forEach((buffer, at) => {
      if (at < batch.length - 1) socket.write(buffer);
      else socket.write(buffer, () => this.#written());
    });
    socket.uncork();
  }

  #written(): void {
    this.#writing = false;
    this.#flush();
    if (this.#refusedRoom && this.#queue.dataBytes < QUEUE_BOUNDS.reserve) {
      this.#refusedRoom = false;
      this.#receiver.drained();
    }
  }
}
