import type { TakeMessage } from '../tcp/frame-reader.js';
import { mask } from './mask.js';
import { BINARY, KEY_BYTES, MASKED } from './ws-framing.js';

const CONTINUATION = 0;
const CLOSE = 8;
/** What a frame may be: a part of a message, text, binary, and control frames. */
const OPCODES: ReadonlySet<number> = new Set([CONTINUATION, 1, 2, CLOSE, 9, 10]);

/** The longest header: two bytes, a length in eight, a key. */
const MAX_HEAD_BYTES = 14;

/** Where the frames of a WebSocket go. */
export interface WsFrameTakers {
  /** Whether the peer is the one that has to mask what it sends. */
  readonly isMasked: boolean;
  /** Takes each message that came as one binary frame of at most 65,535 bytes. */
  readonly take: TakeMessage;
  /**
   * Takes all other bytes, whole frames one after another, and all that follows the last one that counts; they are good until the
   * call returns.
   */
  readonly pass: (bytes: Buffer) => void;
}

/** What the header of a frame says. */
interface Head {
  readonly first: number;
  readonly isMasked: boolean;
  readonly bytes: number;
  /** The bytes that its length stands in, after the two that every header has. */
  readonly lengthBytes: number;
  readonly payloadBytes: number;
}

/**
 * Takes the plain messages out of what arrives on a WebSocket, where they lie, and passes on all else (RFC 6455, 5): control
 * frames, fragments, text, frames that are too long or wrong. A message that spans chunks is put together once, in memory that
 * is kept for the next. It alone writes its fields.
 */
export class WsFrameReader {
  readonly #takers: WsFrameTakers;
  /** What has come of a header that is not whole. */
  readonly #head = Buffer.alloc(MAX_HEAD_BYTES);
  #headBytes = 0;
  /** Room for messages that span chunks; as large as the longest so far. */
  #room = Buffer.alloc(0);
  /** How long the message is that is not yet full, how much of it is there, and its key. */
  #length: number | undefined;
  #filled = 0;
  #key = 0;
  /** How many bytes more belong to the frame that is passed on. */
  #passing = 0;
  /** A message has begun in fragments: no other may come before its last. */
  #inFragments = false;

  constructor(takers: WsFrameTakers) {
    this.#takers = takers;
  }

  /**
   * Takes the chunk from a place on, and changes it; returns the place where it stopped, the chunk's end unless the turn was over
   * before. What follows that place is to be given again; nothing else of the chunk is kept.
   *
   * @param isTurnOver - Asked before each frame; default: never.
   */
  push(chunk: Buffer, from = 0, isTurnOver?: () => boolean): number {
    let at = from;
    while (at < chunk.length) {
      if (this.#passing > 0) at = this.#pass(chunk, at);
      else if (this.#length !== undefined) at = this.#fill(chunk, at);
      else if (isTurnOver?.() === true) return at;
      else at = this.#begin(chunk, at);
    }
    return at;
  }

  /** Reads a header; returns where what follows it starts, or what follows the message. */
  #begin(chunk: Buffer, at: number): number {
    const had = this.#headBytes;
    if (had === 0) {
      const head = readHead(chunk, at, chunk.length);
      if (head !== undefined) return this.#beginFrame(head, chunk, at, chunk, at + head.bytes);
    }
    this.#headBytes += chunk.copy(this.#head, had, at);
    const head = readHead(this.#head, 0, this.#headBytes);
    if (head === undefined) return chunk.length;
    this.#headBytes = 0;
    return this.#beginFrame(head, this.#head, 0, chunk, at + head.bytes - had);
  }

  /** Begins the frame whose header is at `headAt` of `memory`, and whose payload begins at `at` of the chunk. */
  #beginFrame(head: Head, memory: Buffer, headAt: number, chunk: Buffer, at: number): number {
    const { isMasked, take, pass } = this.#takers;
    const isLast = this.#isLast(head);
    if (isLast || this.#inFragments || head.first !== BINARY || head.lengthBytes === 8) {
      this.#noteFragments(head.first);
      this.#passing = isLast ? Number.POSITIVE_INFINITY : head.payloadBytes;
      pass(memory.subarray(headAt, headAt + head.bytes));
      return at;
    }
    const key = isMasked ? memory.readInt32LE(headAt + head.bytes - KEY_BYTES) : 0;
    const end = at + head.payloadBytes;
    if (end <= chunk.length) {
      mask(chunk, at, end, key);
      take(chunk, at, end);
      return end;
    }
    if (this.#room.length < head.payloadBytes) {
      this.#room = Buffer.allocUnsafeSlow(head.payloadBytes);
    }
    this.#length = head.payloadBytes;
    this.#filled = 0;
    this.#key = key;
    return at;
  }

  #fill(chunk: Buffer, at: number): number {
    const length = this.#length ?? 0;
    const copied = chunk.copy(this.#room, this.#filled, at, at + length - this.#filled);
    this.#filled += copied;
    if (this.#filled === length) {
      this.#length = undefined;
      mask(this.#room, 0, length, this.#key);
      this.#takers.take(this.#room, 0, length);
    }
    return at + copied;
  }

  #pass(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#passing);
    this.#passing -= end - at;
    this.#takers.pass(chunk.subarray(at, end));
    return end;
  }

  /** Whether nothing that follows counts: the frame says that the WebSocket ends, or breaks the protocol, which the library says. */
  #isLast({ first, isMasked }: Head): boolean {
    const opcode = first & 0x0f;
    const hasReservedBits = (first & 0x70) !== 0;
    const isInOrder = opcode >= CLOSE || (opcode === CONTINUATION) === this.#inFragments;
    const isRight = isMasked === this.#takers.isMasked && !hasReservedBits && isInOrder;
    return opcode === CLOSE || !isRight || !OPCODES.has(opcode);
  }

  #noteFragments(first: number): void {
    const isControl = (first & 0x08) !== 0;
    if (!isControl) this.#inFragments = (first & 0x80) === 0;
  }
}

/** The header in `memory[start..end)`; undefined when it is not whole. */
function readHead(memory: Buffer, start: number, end: number): Head | undefined {
  if (end - start < 2) return undefined;
  const second = memory.readUInt8(start + 1);
  const isMasked = (second & MASKED) !== 0;
  const short = second & ~MASKED;
  const lengthBytes = short < 126 ? 0 : short === 126 ? 2 : 8;
  const bytes = 2 + lengthBytes + (isMasked ? KEY_BYTES : 0);
  if (end - start < bytes) return undefined;
  const payloadBytes =
    lengthBytes === 0
      ? short
      : lengthBytes === 2
        ? memory.readUInt16BE(start + 2)
        : Number(memory.readBigUInt64BE(start + 2));
  return { first: memory.readUInt8(start), isMasked, bytes, lengthBytes, payloadBytes };
}
