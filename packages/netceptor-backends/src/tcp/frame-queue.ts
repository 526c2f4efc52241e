import { framedBy, type Framing } from '../framing.js';
import { SLAB_BYTES, slabs } from './slab-pool.js';

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

/** Data that was put together in one piece of memory and not written so far: from `start` to `end`. */
interface Slab {
  readonly memory: Buffer;
  start: number;
  end: number;
  /** The ends of its messages, where each is written by itself. */
  readonly ends: number[];
}

/**
 * What a link is to send: control messages ahead of data. Data is put together in slabs of memory, out of which it is
 * written, and which are used again after that. It alone writes its fields.
 */
export class FrameQueue {
  readonly #framing: Framing;
  #control: Buffer[] = [];
  #controlBytes = 0;
  /** What is to be written, the oldest first; the last is still filled. */
  readonly #data: Slab[] = [];
  #dataBytes = 0;
  /** Slabs of which nothing is left to be written but what is being written. */
  #leaving: Buffer[] = [];

  constructor(framing: Framing) {
    this.#framing = framing;
  }

  /** Bytes of data waiting. */
  get dataBytes(): number {
    return this.#dataBytes;
  }

  get isEmpty(): boolean {
    return this.#control.length === 0 && this.#dataBytes === 0;
  }

  /** Queues a control message, which must not change any more; false when there is no room for it. */
  pushControl(message: Buffer, mayDrop: boolean): boolean {
    const bound = mayDrop ? QUEUE_BOUNDS.droppableControl : QUEUE_BOUNDS.control;
    if (this.#controlBytes + message.length > bound) return false;
    const frame = framedBy(this.#framing, message);
    this.#control.push(frame);
    this.#controlBytes += frame.length;
    return true;
  }

  /** Queues a copy of the data message `chunk[start..end)`; false when there is no room. */
  pushData(chunk: Buffer, start: number, end: number): boolean {
    if (this.#dataBytes >= QUEUE_BOUNDS.data) return false;
    const length = end - start;
    chunk.copy(this.reserve(length), 0, start, end);
    this.commit(length);
    return true;
  }

  /** Room for a data message of up to `length` bytes; see `LinkTransport.reserve`. */
  reserve(length: number): Buffer {
    const { headerBytes } = this.#framing;
    const size = headerBytes + length;
    let slab = this.#data.at(-1);
    if (slab === undefined || slab.memory.length - slab.end < size) {
      // all of it is being written, or was
      if (slab !== undefined && slab.start === slab.end) this.#leave();
      const memory = size > SLAB_BYTES ? Buffer.allocUnsafeSlow(size) : slabs.take();
      slab = { memory, start: 0, end: 0, ends: [] };
      this.#data.push(slab);
    }
    const start = slab.end + headerBytes;
    return slab.memory.subarray(start, start + length);
  }

  commit(length: number): void {
    const slab = this.#data.at(-1);
    if (slab === undefined) return;
    if (length === 0) {
      if (slab.end > 0) return;
      this.#data.pop();
      slabs.give(slab.memory);
      return;
    }
    const { headerBytes, isApart } = this.#framing;
    const { memory, end } = slab;
    const messageEnd = end + headerBytes + length;
    const start = this.#framing.frame(memory, end + headerBytes, messageEnd);
    // a short header leaves a gap
    if (start > end) memory.copyWithin(end, start, messageEnd);
    slab.end = messageEnd - (start - end);
    if (isApart) slab.ends.push(slab.end);
    this.#dataBytes += slab.end - end;
  }

  /**
   * Takes out what is to be written next, control messages first, up to `limit` bytes and the rest of the last piece. To be
   * followed by {@link written} before the next.
   */
  takeBatch(limit: number = QUEUE_BOUNDS.batch): Buffer[] {
    const batch: Buffer[] = [];
    let room = limit;
    for (const buffer of this.#control) {
      if (room <= 0) break;
      room -= buffer.length;
      this.#controlBytes -= buffer.length;
      batch.push(buffer);
    }
    this.#control = batch.length === this.#control.length ? [] : this.#control.slice(batch.length);
    for (let slab = this.#data[0]; slab !== undefined && room > 0; slab = this.#data[0]) {
      const { start } = slab;
      if (this.#framing.isApart) this.#takeMessages(slab, batch, room);
      else this.#takeAll(slab, batch);
      room -= slab.start - start;
      this.#dataBytes -= slab.start - start;
      // the last may have room for more
      if (slab.start < slab.end || this.#data.length === 1) break;
      this.#leave();
    }
    return batch;
  }

  /** What {@link takeBatch} gave was written: its memory is used again. */
  written(): void {
    const [slab] = this.#data;
    if (slab !== undefined && slab.start === slab.end) this.#leave();
    for (const memory of this.#leaving) slabs.give(memory);
    this.#leaving = [];
  }

  /** The oldest slab has nothing left to be taken out. */
  #leave(): void {
    const slab = this.#data.shift();
    if (slab !== undefined) this.#leaving.push(slab.memory);
  }

  #takeAll(slab: Slab, batch: Buffer[]): void {
    if (slab.start < slab.end) batch.push(slab.memory.subarray(slab.start, slab.end));
    slab.start = slab.end;
  }

  #takeMessages(slab: Slab, batch: Buffer[], limit: number): void {
    let taken = 0;
    for (const end of slab.ends) {
      if (limit - taken <= 0) break;
      batch.push(slab.memory.subarray(slab.start, end));
      taken += end - slab.start;
      slab.start = end;
    }
    const left = slab.ends.findIndex((end) => end > slab.start);
    slab.ends.splice(0, left < 0 ? slab.ends.length : left);
  }
}
