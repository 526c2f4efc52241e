import { randomFillSync } from 'node:crypto';
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

/**
 * Frames of a WebSocket, of messages of up to 65,535 bytes. A client has to mask each by a key that nobody can foresee; here
 * that is done where the message lies.
 */
export function wsFraming(isClient: boolean): Framing {
  return isClient ? clientFraming() : serverFraming;
}

const serverFraming: Framing = {
  headerBytes: 4,
  isApart: false,
  frame: (memory, start, end) => writeHeader(memory, start, end - start, 0),
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
  let at = start;
  let turned = key;
  for (; at < end && (memory.byteOffset + at) % 4 !== 0; at++) {
    memory[at] = (memory[at] ?? 0) ^ (turned & 0xff);
    turned = (turned >>> 8) | (turned << 24);
  }
  const words = new Int32Array(memory.buffer, memory.byteOffset + at, (end - at) >> 2);
  for (let word = 0; word < words.length; word++) words[word] = (words[word] ?? 0) ^ turned;
  for (at += words.length * 4; at < end; at++) {
    memory[at] = (memory[at] ?? 0) ^ (turned & 0xff);
    turned = (turned >>> 8) | (turned << 24);
  }
}
