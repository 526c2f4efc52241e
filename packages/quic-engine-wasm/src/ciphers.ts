import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type CipherGCMTypes,
  type KeyObject,
} from 'node:crypto';

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
    data.set(cipher.update(data));
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
    sealed.set(opened);
    return true;
  }
}
