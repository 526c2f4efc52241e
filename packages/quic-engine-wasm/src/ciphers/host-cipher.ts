import type { Aead } from './aead.js';
import { NodeCipher } from './node-cipher.js';
import { findOpenSsl, type OpenSsl } from './openssl.js';

/** Bytes after which a process that seals and opens so much looks for OpenSSL: others would only pay for it. */
const OPENSSL_FROM_BYTES = 1 << 20;

/**
 * Which implementation the ciphers of a process are of: those of `node:crypto` until much has gone through them, then those
 * of {@link OpenSsl} where they are found. It alone writes its fields.
 */
export class CipherChoice {
  /** The one of the process. */
  static readonly best = new CipherChoice();
  /** One that stays with `node:crypto`. */
  static readonly nodes = new CipherChoice(Number.POSITIVE_INFINITY);
  readonly #openSslFrom: number;
  #openSsl: OpenSsl | undefined;
  #bytes = 0;
  #looking: Promise<void> | undefined;

  constructor(openSslFrom = OPENSSL_FROM_BYTES) {
    this.#openSslFrom = openSslFrom;
  }

  get openSsl(): OpenSsl | undefined {
    return this.#openSsl;
  }

  /** So many bytes are sealed or opened by a cipher of Node.js. */
  count(bytes: number): void {
    if (this.#bytes >= this.#openSslFrom) return;
    this.#bytes += bytes;
    if (this.#bytes >= this.#openSslFrom) void this.look();
  }

  /** Looks for OpenSSL now; at once when that was done. */
  look(): Promise<void> {
    this.#looking ??= findOpenSsl().then((found) => {
      this.#openSsl = found;
    });
    return this.#looking;
  }
}

/** An AEAD with its key, of the implementation that is chosen at present. It alone writes its fields. */
export class HostCipher implements Aead {
  readonly #choice: CipherChoice;
  readonly #algorithm: number;
  readonly #key: Buffer;
  #cipher: Aead;
  /** Whether a better one is to be had yet. */
  #isFinal = false;

  /**
   * @param algorithm - A place in `AEAD_NAMES`.
   * @param key - Is copied.
   */
  constructor(choice: CipherChoice, algorithm: number, key: Buffer) {
    this.#choice = choice;
    this.#algorithm = algorithm;
    this.#key = Buffer.from(key);
    this.#cipher = new NodeCipher(algorithm, this.#key);
  }

  seal(nonce: Buffer, header: Buffer, data: Buffer, tag: Buffer): void {
    if (!this.#isFinal) this.#choose(data.length);
    this.#cipher.seal(nonce, header, data, tag);
  }

  open(nonce: Buffer, header: Buffer, data: Buffer): boolean {
    if (!this.#isFinal) this.#choose(data.length);
    return this.#cipher.open(nonce, header, data);
  }

  free(): void {
    this.#cipher.free();
  }

  #choose(bytes: number): void {
    this.#choice.count(bytes);
    const { openSsl } = this.#choice;
    if (openSsl === undefined) return;
    this.#cipher = openSsl.cipher(this.#algorithm, this.#key);
    this.#isFinal = true;
  }
}
