import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type CipherGCMTypes,
  type KeyObject,
} from 'node:crypto';
import { MessageChannel, type MessagePort } from 'node:worker_threads';

const TAG_BYTES = 16;
const OPTIONS = { authTagLength: TAG_BYTES };
/** In the order of `Aead` in rust/src/crypto/packets.rs. All are AEADs and share one signature. */
const NAMES = ['aes-128-gcm', 'aes-256-gcm', 'chacha20-poly1305'];

/** An AEAD with its key. */
export class HostCipher {
  readonly #name: CipherGCMTypes;
  readonly #key: KeyObject;

  constructor(algorithm: number, key: Buffer) {
    this.#name = NAMES[algorithm] as CipherGCMTypes;
    this.#key = createSecretKey(key);
  }

  /** Seals `data` in place and returns its tag. */
  seal(nonce: Buffer, header: Buffer, data: Buffer): Buffer {
    const cipher = createCipheriv(this.#name, this.#key, nonce, OPTIONS);
    cipher.setAAD(header);
    moveInto(data, cipher.update(data));
    cipher.final();
    return cipher.getAuthTag();
  }

  /** Opens `data`, which ends with its tag, in place; false when it is not what was sealed. */
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
}

/** What Node.js has from 22 on. */
interface Transferable {
  transfer?(length: number): unknown;
}

/** A port whose other end is closed: what is posted into it is freed. For Node.js before 22. */
const nowhere = closedPort();

/**
 * Copies what a cipher returned and frees it at once: left to the garbage collector, the next of these buffers would be
 * memory that is in no cache any more, and a datagram of 16,000 bytes cost a quarter more.
 */
function moveInto(place: Buffer, bytes: Buffer): void {
  place.set(bytes);
  const memory = bytes.buffer as ArrayBuffer & Transferable;
  if (memory.byteLength !== bytes.length) return;
  if (memory.transfer === undefined) nowhere.postMessage(undefined, [memory]);
  else memory.transfer(0);
}

function closedPort(): MessagePort {
  const { port1, port2 } = new MessageChannel();
  port2.close();
  port1.unref();
  return port1;
}
