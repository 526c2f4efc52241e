import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const ALGORITHM = 'aes-256-gcm';
const MARK = '$encrypted$AESGCM$';

/** Locks and opens secrets that are stored. */
export interface SecretBox {
  /** @param purpose what the secret is for; it opens for the same purpose only */
  lock(secret: string, purpose: string): string;
  /**
   * @throws {SecretBoxError} for what was locked with a key that is not here, for another purpose, or was changed
   */
  open(locked: string, purpose: string): string;
}

/** A secret that can't be opened. */
export class SecretBoxError extends Error {
  override readonly name = 'SecretBoxError';
}

/** Whether a text is a locked secret. */
export const isLocked = (text: string): boolean => text.startsWith(MARK);

/** Secrets by AES-256-GCM. The first key locks; all of them open, so that keys can change. */
export class KeyedSecretBox implements SecretBox {
  readonly #keys: ReadonlyMap<string, Buffer>;
  readonly #first: string;

  /** @param keys of 32 bytes each, at least one */
  constructor(keys: readonly Buffer[]) {
    if (keys.length === 0 || keys.some(({ length }) => length !== KEY_BYTES))
      throw new SecretBoxError(`a key for secrets has ${KEY_BYTES} bytes, and one is needed`);
    this.#keys = new Map(keys.map((key) => [nameOf(key), key]));
    this.#first = [...this.#keys.keys()][0] ?? '';
  }

  lock(secret: string, purpose: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.#key(this.#first), nonce).setAAD(
      Buffer.from(purpose),
    );
    const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    const all = Buffer.concat([nonce, cipher.getAuthTag(), text]);
    return `${MARK}${this.#first}$${all.toString('base64')}`;
  }

  open(locked: string, purpose: string): string {
    const [name = '', base64 = ''] = isLocked(locked) ? locked.slice(MARK.length).split('$') : [];
    const all = Buffer.from(base64, 'base64');
    const key = this.#key(name);
    try {
      const decipher = createDecipheriv(ALGORITHM, key, all.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      })
        .setAAD(Buffer.from(purpose))
        .setAuthTag(all.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      const text = decipher.update(all.subarray(NONCE_BYTES + TAG_BYTES));
      return Buffer.concat([text, decipher.final()]).toString('utf8');
    } catch (error) {
      throw new SecretBoxError(`a secret of ${purpose} does not open`, { cause: error });
    }
  }

  #key(name: string): Buffer {
    const key = this.#keys.get(name);
    if (key === undefined) throw new SecretBoxError(`the key ${name} of a secret is not here`);
    return key;
  }
}

/** A short name of a key, which says nothing of it. */
const nameOf = (key: Buffer): string =>
  createHash('sha256').update('name of a key').update(key).digest('hex').slice(0, 8);
