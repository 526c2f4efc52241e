import { framed, PREFIX_BYTES } from './frame-reader.js';

/** Bounds of a link's queue, in bytes. */
export const QUEUE_BOUNDS = {
  /** Control messages; a link that can't get rid of them is closed, since its peer has stopped reading. */
  control: 4_194_304,
  /** Control messages that may be dropped are, beyond this. */
  droppableControl: 262_144,
  /** Data handed on for others; beyond this the newest is dropped. */
  data: 1_048_576,
  /** Data of this node; beyond this no more is asked for. Low, since it is also the time a ping waits. */
  reserve: 262_144,
  /** How much goes out in one write, before control messages get their next turn; a carrier may want less. */
  batch: 262_144,
} as const;

const SLAB_BYTES = 131_072;

/**
 * How a batch is cut: `stream` has the length in front of each message, and several of them in a buffer; `messages` has
 * each bare and alone in its buffer, for carriers that keep messages apart by themselves.
 */
export type Framing = 'stream' | 'messages';

/**
 * What a link is to send: control messages ahead of data. For byte streams, data that lies side by side in memory
 * (messages handed on out of one chunk, messages built in one slab) goes out as one buffer. It alone writes its fields.
 */
export class FrameQueue {
  /** Bytes in front of each message. */
  readonly #prefix: number;
  #control: Buffer[] = [];
  #controlBytes = 0;
  #data: Buffer[] = [];
  #dataBytes = 0;
  /** The last stretch of data, which may still grow at its end. */
  #stretch: Buffer | undefined;
  #stretchStart = 0;
  #stretchEnd = 0;
  #slab = Buffer.alloc(0);
  #slabUsed = 0;

  constructor(framing: Framing) {
    this.#prefix = framing === 'stream' ? PREFIX_BYTES : 0;
  }

  /** Bytes of data waiting. */
  get dataBytes(): number {
    return this.#dataBytes;
  }

  get isEmpty(): boolean {
    return this.#control.length === 0 && this.#dataBytes === 0;
  }

  /** Queues a control message; false when there is no room for it. */
  pushControl(message: Buffer, mayDrop: boolean): boolean {
    const bound = mayDrop ? QUEUE_BOUNDS.droppableControl : QUEUE_BOUNDS.control;
    if (this.#controlBytes + message.length > bound) return false;
    const frame = this.#prefix > 0 ? framed(message) : message;
    this.#control.push(frame);
    this.#controlBytes += frame.length;
    return true;
  }

  /**
   * Queues the data message `chunk[start..end)`, for a stream overwriting the two bytes in front of it; false when there is
   * no room.
   */
  pushData(chunk: Buffer, start: number, end: number): boolean {
    if (this.#dataBytes >= QUEUE_BOUNDS.data) return false;
    if (this.#prefix === 0) {
      this.#append(chunk, start, end);
    } else if (start >= PREFIX_BYTES) {
      chunk.writeUInt16LE(end - start, start - PREFIX_BYTES);
      this.#append(chunk, start - PREFIX_BYTES, end);
    } else {
      const prefix = Buffer.allocUnsafe(PREFIX_BYTES);
      prefix.writeUInt16LE(end - start, 0);
      this.#append(prefix, 0, PREFIX_BYTES);
      this.#append(chunk, start, end);
    }
    return true;
  }

  /** Room for a data message of up to `length` bytes; see `LinkTransport.reserve`. */
  reserve(length: number): Buffer {
    const size = this.#prefix + length;
    if (this.#slab.length - this.#slabUsed < size) {
      this.#slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, size));
      this.#slabUsed = 0;
    }
    const start = this.#slabUsed + this.#prefix;
    return this.#slab.subarray(start, start + length);
  }

  commit(length: number): void {
    if (length === 0) return;
    const start = this.#slabUsed;
    if (this.#prefix > 0) this.#slab.writeUInt16LE(length, start);
    this.#slabUsed = start + this.#prefix + length;
    this.#append(this.#slab, start, this.#slabUsed);
  }

  /** Takes out what is to be written next, control messages first, up to `limit` bytes and the rest of the last buffer. */
  takeBatch(limit: number = QUEUE_BOUNDS.batch): Buffer[] {
    this.#endStretch();
    const batch: Buffer[] = [];
    let room = limit;
    for (const buffer of this.#control) {
      if (room <= 0) break;
      room -= buffer.length;
      this.#controlBytes -= buffer.length;
      batch.push(buffer);
    }
    const controls = batch.length;
    this.#control = controls === this.#control.length ? [] : this.#control.slice(controls);
    for (const buffer of this.#data) {
      if (room <= 0) break;
      room -= buffer.length;
      this.#dataBytes -= buffer.length;
      batch.push(buffer);
    }
    const taken = batch.length - controls;
    this.#data = taken === this.#data.length ? [] : this.#data.slice(taken);
    return batch;
  }

  #append(buffer: Buffer, start: number, end: number): void {
    this.#dataBytes += end - start;
    if (this.#prefix === 0) {
      this.#data.push(buffer.subarray(start, end));
      return;
    }
    if (this.#stretch === buffer && this.#stretchEnd === start) {
      this.#stretchEnd = end;
      return;
    }
    this.#endStretch();
    this.#stretch = buffer;
    this.#stretchStart = start;
    this.#stretchEnd = end;
  }

  #endStretch(): void {
    if (this.#stretch === undefined) return;
    this.#data.push(this.#stretch.subarray(this.#stretchStart, this.#stretchEnd));
    this.#stretch = undefined;
  }
}
