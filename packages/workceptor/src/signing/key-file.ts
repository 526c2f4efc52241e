import { errorText } from '@receptorjs/primitives';
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** The largest key file that is read, in bytes. */
const MAX_KEY_FILE_BYTES = 65_536;

/** The kinds of PEM blocks that hold a key of each kind. */
const labels = {
  private: ['RSA PRIVATE KEY', 'PRIVATE KEY'],
  public: ['PUBLIC KEY'],
} as const;

const systemTexts = new Map([
  ['ENOENT', 'no such file or directory'],
  ['EACCES', 'permission denied'],
]);

/** What should be in a file of each kind, as the end of a sentence. */
const expectations = {
  private: 'one RSA private key, PEM (PKCS #1 or PKCS #8)',
  public: 'one RSA public key, PEM (-----BEGIN PUBLIC KEY-----)',
} as const;

/** What a file holds is no key of the kind, in the original's words where it has some. */
class WrongKey extends Error {}

/** Why a file has no key, with its path. */
export function keyFileText(path: string, why: unknown): string {
  const text = errorText(why);
  return text.includes(path) ? text : `${path}: ${text}`;
}

/**
 * Checks that a file holds a key of a kind. One that can't be opened or read passes: that is told by who uses it.
 *
 * @throws {Error} with the path, and what is expected
 */
export async function checkKeyFile(path: string, kind: 'private' | 'public'): Promise<void> {
  try {
    await new KeyFile(path, kind).key();
  } catch (cause) {
    if (!(cause instanceof WrongKey)) return;
    throw new Error(`${keyFileText(path, cause)}; expected is ${expectations[kind]}`, { cause });
  }
}

/**
 * One RSA key in a PEM file. Each use looks whether the file was changed or replaced since it was read, so that an exchanged key
 * is used by the next request and one that was removed by none.
 */
export class KeyFile {
  /** What was read last, and what of; written by `key` only. */
  #read: { readonly seen: string; readonly key: KeyObject } | undefined;

  /** @param kind what must be in it: a private key, PKCS #1 or PKCS #8, or a public one, SPKI */
  constructor(
    readonly path: string,
    private readonly kind: 'private' | 'public',
  ) {}

  /** @throws {Error} in the original's words where it has some */
  async key(): Promise<KeyObject> {
    // never waits for a pipe that nobody writes to
    const file = await open(this.path, constants.O_RDONLY | constants.O_NONBLOCK).catch(
      (cause: unknown) => {
        const { code = '' } = cause as NodeJS.ErrnoException;
        throw new Error(`open ${this.path}: ${systemTexts.get(code) ?? code}`, { cause });
      },
    );
    try {
      const { dev, ino, size, mtimeNs, ctimeNs } = await file.stat({ bigint: true });
      const seen = [dev, ino, size, mtimeNs, ctimeNs].join(':');
      if (this.#read?.seen === seen) return this.#read.key;
      if (size > MAX_KEY_FILE_BYTES) {
        throw new WrongKey(`${this.path} has ${size} bytes, allowed are ${MAX_KEY_FILE_BYTES}`);
      }
      const pem = Buffer.alloc(MAX_KEY_FILE_BYTES);
      const { bytesRead } = await file.read(pem, 0, pem.length, 0);
      const key = this.#parse(pem.toString('utf8', 0, bytesRead));
      this.#read = { seen, key };
      return key;
    } finally {
      await file.close();
    }
  }

  #parse(pem: string): KeyObject {
    const found = [...pem.matchAll(/^-----BEGIN ([A-Z0-9 ]+)-----$/gm)].map(([, label]) => label);
    if (found.length === 0) throw new WrongKey('failed to decode PEM block');
    if (found.length > 1)
      throw new WrongKey(`${this.kind} key file should contain exactly one item`);
    const wrong = new WrongKey(`${this.kind} key file does not contain ${this.kind} key data`);
    // a public key could be made of a private one too, which has no place on a node that verifies
    if (!labels[this.kind].some((label) => label === found[0])) throw wrong;
    let key: KeyObject;
    try {
      key = this.kind === 'private' ? createPrivateKey(pem) : createPublicKey(pem);
    } catch (cause) {
      // the library's text may quote what it read
      throw new WrongKey(`the ${this.kind} key in ${this.path} can't be read`, { cause });
    }
    if (key.asymmetricKeyType !== 'rsa') throw wrong;
    return key;
  }
}
