import { framedBy, type Framing } from '../framing.js';

/** Takes the message `chunk[start..end)`; its bytes are good until the call returns. */
export type TakeMessage = (chunk: Buffer, start: number, end: number) => void;

/** Bytes of the length in front of each message, little-endian. */
export const PREFIX_BYTES = 2;

/** Messages with their length in front, as they go over a byte stream. */
export const lengthPrefixed: Framing = {
  headerBytes: PREFIX_BYTES,
  isApart: false,
  frame(memory, start, end) {
    memory.writeUInt16LE(end - start, start - PREFIX_BYTES);
    return start - PREFIX_BYTES;
  },
};

/** A message with its length in front. */
export function framed(message: Buffer): Buffer {
  return framedBy(lengthPrefixed, message);
}

/**
 * Cuts a byte stream into messages. A message that lies whole in a chunk is not copied; one that spans chunks is put
 * together once, in memory that is kept for the next. Holds at most one message. It alone writes its fields.
 */
export class FrameReader {
  readonly #take: TakeMessage;
  /** The first byte of a length whose second has not come. */
  #firstByte: number | undefined;
  /** Room for messages that span chunks; as large as the longest so far. */
  #room = Buffer.alloc(0);
  /** How long the message is that is not yet full, and how much of it is there. */
  #length: number | undefined;
  #filled = 0;

  constructor(take: TakeMessage) {
    this.#take = take;
  }

  /**
   * Takes the chunk from a place on; returns the place where it stopped, the chunk's end unless the turn was over before.
   * What follows that place is to be given again; nothing else of the chunk is kept.
   *
   * @param isTurnOver - Asked between two messages; default: never.
   */
  push(chunk: Buffer, from = 0, isTurnOver?: () => boolean): number {
    let at = this.#fillPartial(chunk, from);
    while (chunk.length - at >= PREFIX_BYTES) {
      if (isTurnOver?.() === true) return at;
      const start = at + PREFIX_BYTES;
      const end = start + chunk.readUInt16LE(at);
      if (end > chunk.length) {
        this.#begin(end - start);
        return this.#fillPartial(chunk, start);
      }
      this.#take(chunk, start, end);
      at = end;
    }
    if (at < chunk.length) this.#firstByte = chunk.readUInt8(at);
    return chunk.length;
  }

  /** Continues what the last chunk left unfinished; returns where the rest of the chunk starts. */
  #fillPartial(chunk: Buffer, from: number): number {
    let at = from;
    if (this.#firstByte !== undefined && at < chunk.length) {
      this.#begin(this.#firstByte | (chunk.readUInt8(at) << 8));
      this.#firstByte = undefined;
      at++;
    }
    const length = this.#length;
    if (length === undefined) return at;
    const copied = chunk.copy(this.#room, this.#filled, at, at + length - this.#filled);
    this.#filled += copied;
    if (this.#filled === length) {
      this.#length = undefined;
      this.#take(this.#room, 0, length);
    }
    return at + copied;
  }

  #begin(length: number): void {
    if (this.#room.length < length) this.#room = Buffer.allocUnsafeSlow(length);
    this.#length = length;
    this.#filled = 0;
  }
}
