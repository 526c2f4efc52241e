import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type CipherGCMTypes,
  type KeyObject,
} from 'node:crypto';
import { MessageChannel } from 'node:worker_threads';
import { AEAD_NAMES, TAG_BYTES, type Aead } from './aead.js';

const OPTIONS = { authTagLength: TAG_BYTES };

/** An AEAD by `node:crypto`, which makes a cipher and memory for its output at each call. */
export class NodeCipher implements Aead {
  readonly #name: CipherGCMTypes;
  readonly #key: KeyObject;

  /** @param algorithm - A place in {@link AEAD_NAMES}. */
  constructor(algorithm: number, key: Buffer) {
    // all are AEADs and share one signature
    this.#name = AEAD_NAMES[algorithm] as CipherGCMTypes;
    this.#key = createSecretKey(key);
  }

  seal(nonce: Buffer, header: Buffer, data: Buffer, tag: Buffer): void {
    const cipher = createCipheriv(this.#name, this.#key, nonce, OPTIONS);
    cipher.setAAD(header);
    moveInto(data, cipher.update(data));
    cipher.final();
    tag.set(cipher.getAuthTag());
  }

  open(nonce: Buffer, header: Buffer, data: Buffer): boolean {
    const sealed = data.subarray(0, data.length - TAG_BYTES);
    const cipher = createDecipheriv(this.#name, this.#key, nonce, OPTIONS);
    cipher.setAAD(header);
    cipher.setAuthTag(data.subarray(sealed.length));
    const opened = cipher.update(sealed);
    try {
      cipher.final();
    } catch {
      return false;
    }
    moveInto(sealed, opened);
    return true;
  }

  free(): void {
    // all of it is JavaScript's
  }
}

/** Smaller ones are not worth the call that frees them, in bytes. */
const FREED_FROM = 4_096;
const free = transferAway() ?? postAway();

/**
 * Copies what a cipher returned, and frees it at once where it is large: left to the garbage collector, the next of these
 * buffers would be memory that is in no cache any more, and sealing 16,000 bytes took a third longer.
 */
function moveInto(place: Buffer, bytes: Buffer): void {
  place.set(bytes);
  if (bytes.length >= FREED_FROM && bytes.buffer.byteLength === bytes.length) {
    free(bytes.buffer as ArrayBuffer);
  }
}

/** How Node.js from 22 on frees a buffer. */
function transferAway(): ((memory: ArrayBuffer) => void) | undefined {
  const { transfer } = ArrayBuffer.prototype as {
    transfer?: (this: ArrayBuffer, to: 0) => unknown;
  };
  return transfer && ((memory) => void transfer.call(memory, 0));
}

/** Before that: what is posted into a port whose other end is closed is gone. */
function postAway(): (memory: ArrayBuffer) => void {
  const { port1, port2 } = new MessageChannel();
  port2.close();
  port1.unref();
  return (memory) => port1.postMessage(undefined, [memory]);
}
