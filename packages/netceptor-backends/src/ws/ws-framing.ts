import { randomFillSync } from 'node:crypto';
import type { Framing } from '../framing.js';
import { mask } from './mask.js';

/** The first byte of a message that is whole and binary (RFC 6455, 5.2). */
export const BINARY = 0x82;
/** The bit of the second byte that says that a key follows. */
export const MASKED = 0x80;
/** Lengths from here on stand in two bytes, after this in place of the length. */
const TWO_BYTES = 126;
export const KEY_BYTES = 4;
/** Keys that are made at a time, in bytes. */
const KEYS_BYTES = 8_192;

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
