import { randomFillSync } from 'node:crypto';
import { endianness } from 'node:os';
import type { Framing } from '../framing.js';

/** The first byte of a message that is whole and binary (RFC 6455, 5.2). */
const BINARY = 0x82;
/** The bit of the second byte that says that a key follows. */
const MASKED = 0x80;
/** Lengths from here on stand in two bytes, after this in place of the length. */
const TWO_BYTES = 126;
const KEY_BYTES = 4;
/** Keys that are made at a time, in bytes. */
const KEYS_BYTES = 8_192;

/** What a key of four is as a word, the first byte the lowest: words of memory can be combined with it on such machines alone. */
const HAS_WORDS = endianness() === 'LE';

/** Which end of a WebSocket frames its messages. */
export interface WsSender {
  /** Clients mask what they send. */
  readonly isClient: boolean;
  /** Under TLS nobody on the way sees what is sent: the key is zero there, which costs nothing. */
  readonly isSecret: boolean;
}

/**
 * Frames of a WebSocket, of messages of up to 65,535 bytes. A client has to mask each by a key that nobody can foresee; here
 * that is done where the message lies.
 */
export function wsFraming({ isClient, isSecret }: WsSender): Framing {
  if (!isClient) return serverFraming;
  return isSecret ? secretFraming : clientFraming();
}

const serverFraming: Framing = {
  headerBytes: 4,
  isApart: false,
  frame: (memory, start, end) => writeHeader(memory, start, end - start, 0),
};

const secretFraming: Framing = {
  headerBytes: 4 + KEY_BYTES,
  isApart: false,
  frame(memory, start, end) {
    memory.writeInt32LE(0, start - KEY_BYTES);
    return writeHeader(memory, start - KEY_BYTES, end - start, MASKED);
  },
};

function clientFraming(): Framing {
  const keys = Buffer.alloc(KEYS_BYTES);
  let used = KEYS_BYTES;
  return {
    headerBytes: 4 + KEY_BYTES,
    isApart: false,
    frame(memory, start, end) {
      if (used === KEYS_BYTES) {
        randomFillSync(keys);
        used = 0;
      }
      const key = start - KEY_BYTES;
      keys.copy(memory, key, used, used + KEY_BYTES);
      used += KEY_BYTES;
      mask(memory, start, end, memory.readInt32LE(key));
      return writeHeader(memory, key, end - start, MASKED);
    },
  };
}

/** Writes the header that ends at `end`; returns where it begins. */
function writeHeader(memory: Buffer, end: number, length: number, masked: number): number {
  if (length < TWO_BYTES) {
    memory[end - 1] = masked | length;
    memory[end - 2] = BINARY;
    return end - 2;
  }
  memory.writeUInt16BE(length, end - 2);
  memory[end - 3] = masked | TWO_BYTES;
  memory[end - 4] = BINARY;
  return end - 4;
}

/** Combines the bytes with a key of four, the first with the key's lowest. */
function mask(memory: Buffer, start: number, end: number, key: number): void {
  const misaligned = (memory.byteOffset + start) % 4;
  const wordsAt = Math.min(end, start + ((4 - misaligned) % 4));
  const words = HAS_WORDS && end - wordsAt >= 4 ? (end - wordsAt) >> 2 : 0;
  const turned = maskBytes(memory, start, wordsAt, key);
  if (words > 0)
    maskWords(new Int32Array(memory.buffer, memory.byteOffset + wordsAt, words), turned);
  maskBytes(memory, wordsAt + 4 * words, end, turned);
}

function maskWords(words: Int32Array, key: number): void {
  for (let at = 0; at < words.length; at++) words[at] = (words[at] ?? 0) ^ key;
}

/** Returns the key as the next byte takes it. */
function maskBytes(memory: Buffer, start: number, end: number, key: number): number {
  let turned = key;
  for (let at = start; at < end; at++) {
    memory[at] = (memory[at] ?? 0) ^ (turned & 0xff);
    turned = (turned >>> 8) | (turned << 24);
  }
  return turned;
}
