import { Duplex } from 'node:stream';
import type { QuicConnection } from '@receptorjs/quic-engine';
import { StreamError } from '../errors.js';
import type { MeshStream, StreamEnds, StreamReceiver } from '../mesh-stream.js';
import type { ReadSlab } from './read-slab.js';

/** Bytes a stream holds in each direction besides what QUIC holds. */
const HIGH_WATER_MARK = 262_144;
const EMPTY = Buffer.alloc(0);

/** What a stream asks of its connection. */
export interface StreamCarrier {
  /** There is something to read or write. */
  wake(): void;
  /** As that of a `QuicConnection`. */
  write(chunk: Buffer, finish: boolean): number;
  /** As that of a `QuicConnection`. */
  read(room: Buffer): ReturnType<QuicConnection['read']>;
  /** The stream was destroyed before it was over. */
  abandon(): void;
  /** In bytes. */
  maxDatagram(): number;
  /** The stream is destroyed: it reads and writes no more. */
  destroyed(): void;
}

/** Of a stream that is over: so that who keeps it does not keep its connection. */
const NO_CARRIER: StreamCarrier = {
  wake: () => undefined,
  write: () => 0,
  read: () => undefined,
  abandon: () => undefined,
  maxDatagram: () => 0,
  destroyed: () => undefined,
};

interface PendingWrite {
  readonly chunks: readonly Buffer[];
  readonly done: (error?: Error | null) => void;
}

/**
 * The stream of a QUIC connection as a `Duplex`. The connection moves its bytes; it alone writes its fields.
 *
 * See docs/decisions/0014-how-streams-end.md.
 */
export class QuicStream extends Duplex implements MeshStream {
  readonly remoteNode: string;
  readonly via: string | undefined;
  readonly remoteService: string;
  readonly localService: string;
  #carrier: StreamCarrier;
  #wantsData = false;
  #readEnded = false;
  #writeEnded = false;
  #pending: PendingWrite | undefined;
  #pendingAt = 0;
  #pendingOffset = 0;
  #pendingFinal: ((error?: Error | null) => void) | undefined;
  /** Who waits for room to write. */
  #whenWritable: (() => void) | undefined;
  /** Who waits for something to read in memory of its own. */
  #whenReadable: (() => void) | undefined;
  /** Whether the reader of the `Duplex` wants data once {@link readNow} is not used any more. */
  #wantsDataLater = false;
  /** Who takes what is read in place of the reader of the `Duplex`. */
  #receiver: StreamReceiver | undefined;
  /** Why writing failed outside of a turn of the connection. */
  #writeFailure: StreamError | undefined;
  /** Why the connection is gone; given to the reader once it has everything that came before. */
  #failure: StreamError | undefined;

  constructor(
    ends: StreamEnds,
    readonly peerCertificates: readonly Uint8Array[],
    carrier: StreamCarrier,
  ) {
    super({ allowHalfOpen: true, highWaterMark: HIGH_WATER_MARK });
    this.remoteNode = ends.remoteNode;
    this.via = ends.via;
    this.remoteService = ends.remoteService;
    this.localService = ends.localService;
    this.#carrier = carrier;
  }

  get maxDatagram(): number {
    return this.#carrier.maxDatagram();
  }

  /** Whether both ends have ended their direction, and this end knows it. */
  get bothEnded(): boolean {
    return this.#readEnded && this.#writeEnded;
  }

  writeNow(chunk: Buffer): number {
    if (this.#pending !== undefined || this.writableLength > 0 || this.writableEnded) return 0;
    let taken = 0;
    try {
      taken = this.#carrier.write(chunk, false);
    } catch (cause) {
      this.#writeFailure = readsNoMore(cause);
    }
    if (taken > 0 || this.#writeFailure !== undefined) this.#carrier.wake();
    return taken;
  }

  whenWritable(ready: () => void): void {
    this.#whenWritable = ready;
  }

  readNow(memory: Buffer): number {
    const length = this.readableLength > 0 ? this.#readBuffered(memory) : this.#readArrived(memory);
    if (length > 0 || this.#failure !== undefined) this.#carrier.wake();
    return length;
  }

  /** What has come to the `Duplex` before. */
  #readBuffered(memory: Buffer): number {
    const chunk = super.read(Math.min(memory.length, this.readableLength)) as Buffer;
    this.#holdBack();
    return chunk.copy(memory);
  }

  #readArrived(memory: Buffer): number {
    this.#holdBack();
    let length = 0;
    if (!this.#readEnded && !this.destroyed) {
      const [read, finished] = this.#readNext(this.#carrier, memory) ?? [0, false];
      length = read;
      if (finished) this.endReading();
    }
    // nobody else asks for the end
    if (this.#readEnded) super.read(0);
    return length;
  }

  whenReadable(ready: () => void): void {
    this.#holdBack();
    this.#whenReadable = ready;
  }

  /** What arrives is not for the reader of the `Duplex` now. */
  #holdBack(): void {
    this.#wantsDataLater ||= this.#wantsData;
    this.#wantsData = false;
  }

  readTo(receiver: StreamReceiver): () => void {
    this.#receiver = receiver;
    // its end is read still
    this.resume();
    return () => this.#carrier.wake();
  }

  /** Moves what the connection has received to the reader, as far as it wants it. */
  readFrom(quic: QuicConnection, slab: ReadSlab): void {
    const receiver = this.#receiver;
    this.#tellReadable(quic);
    if (receiver === undefined) this.#pushTo(quic, slab);
    else this.#fill(receiver, quic);
    this.#giveFailure(quic);
  }

  #tellReadable(quic: QuicConnection): void {
    const ready = this.#whenReadable;
    if (ready === undefined || !quic.readable) return;
    this.#whenReadable = undefined;
    ready();
  }

  #pushTo(quic: QuicConnection, slab: ReadSlab): void {
    while (this.#wantsData && !this.#readEnded && !this.destroyed) {
      const result = this.#readNext(quic, slab.get());
      if (result === undefined) break;
      const [length, finished] = result;
      if (length > 0) this.#wantsData = this.push(slab.take(length));
      if (finished) this.endReading();
    }
  }

  #fill(receiver: StreamReceiver, quic: QuicConnection): void {
    while (!this.#readEnded && !this.destroyed) {
      const room = receiver.room();
      if (room === undefined) break;
      const [length, finished] = this.#readNext(quic, room) ?? [0, false];
      receiver.filled(length);
      if (length === 0 && !finished) break;
      if (finished) this.endReading();
    }
  }

  #readNext(quic: Pick<QuicConnection, 'read'>, room: Buffer): ReturnType<QuicConnection['read']> {
    try {
      return quic.read(room);
    } catch (cause) {
      this.#failure ??= new StreamError('closed-by-peer', 'the peer canceled the stream', {
        cause,
      });
      return undefined;
    }
  }

  /** The peer ended its direction before it sent anything. */
  endReading(): void {
    this.#readEnded = true;
    this.push(null);
  }

  /** Moves what the writer has given to the connection, as far as that takes it. */
  writeTo(quic: QuicConnection): void {
    if (this.#writeFailure !== undefined) {
      this.fail(this.#writeFailure, quic);
      return;
    }
    try {
      if (this.#pending !== undefined && !this.#writePending(this.#pending)) return;
    } catch (cause) {
      this.fail(readsNoMore(cause), quic);
      return;
    }
    const ready = this.#whenWritable;
    this.#whenWritable = undefined;
    ready?.();
    this.#writeEnd(quic);
  }

  #writeEnd(quic: QuicConnection): void {
    const final = this.#pendingFinal;
    try {
      if (final === undefined || this.#carrier.write(EMPTY, true) < 0) return;
    } catch (cause) {
      this.fail(readsNoMore(cause), quic);
      return;
    }
    this.#pendingFinal = undefined;
    this.#writeEnded = true;
    final();
  }

  /** The connection is gone. What was received before is still read; then the stream ends with this error. */
  fail(error: StreamError, quic: QuicConnection): void {
    this.#failure ??= error;
    this.#giveFailure(quic);
  }

  override read(size?: number): unknown {
    if (this.#wantsDataLater) {
      this.#wantsDataLater = false;
      this.#wantsData = true;
      this.#carrier.wake();
    }
    const chunk: unknown = super.read(size);
    if (this.#failure !== undefined && this.readableLength === 0) this.#carrier.wake();
    return chunk;
  }

  override _read(): void {
    this.#wantsData = true;
    this.#carrier.wake();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#begin([chunk], done);
  }

  override _writev(
    items: readonly { readonly chunk: Buffer }[],
    done: (error?: Error | null) => void,
  ): void {
    this.#begin(
      items.map(({ chunk }) => chunk),
      done,
    );
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#pendingFinal = done;
    this.#carrier.wake();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const pending = this.#pending?.done ?? this.#pendingFinal;
    this.#pending = undefined;
    this.#pendingFinal = undefined;
    this.#whenWritable = undefined;
    this.#whenReadable = undefined;
    this.#receiver = undefined;
    if (!this.bothEnded) this.#carrier.abandon();
    this.#carrier.destroyed();
    this.#carrier = NO_CARRIER;
    done(error);
    pending?.(error ?? new StreamError('canceled', 'the stream was destroyed'));
  }

  #begin(chunks: readonly Buffer[], done: (error?: Error | null) => void): void {
    this.#pending = { chunks, done };
    this.#pendingAt = 0;
    this.#pendingOffset = 0;
    this.#carrier.wake();
  }

  /** True when everything pending has been taken. */
  #writePending({ chunks, done }: PendingWrite): boolean {
    for (
      let chunk = chunks[this.#pendingAt];
      chunk !== undefined;
      chunk = chunks[this.#pendingAt]
    ) {
      if (this.#pendingOffset < chunk.length) {
        const rest = this.#pendingOffset === 0 ? chunk : chunk.subarray(this.#pendingOffset);
        const taken = this.#carrier.write(rest, false);
        if (taken === 0) return false;
        this.#pendingOffset += taken;
      }
      if (this.#pendingOffset < chunk.length) return false;
      this.#pendingAt++;
      this.#pendingOffset = 0;
    }
    this.#pending = undefined;
    done();
    return !this.#hasPending();
  }

  #hasPending(): boolean {
    return this.#pending !== undefined;
  }

  /** Ends the stream with its failure when nothing is left to be read, neither here nor in QUIC. */
  #giveFailure(quic: QuicConnection): void {
    if (this.#failure === undefined || this.destroyed || this.bothEnded) return;
    if (this.#readEnded || (this.readableLength === 0 && !quic.readable)) {
      this.destroy(this.#failure);
    }
  }
}

function readsNoMore(cause: unknown): StreamError {
  return new StreamError('closed-by-peer', 'the peer reads no more of the stream', { cause });
}
