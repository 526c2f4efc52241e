import { makeFolder } from '@receptorjs/primitives';
import { encodeJson, isJsonObject, parseJson } from '@receptorjs/control-protocol';
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { isMissing, WorkError } from '../errors.js';
import { checkNodeFolder } from './own-folder.js';
import { openUnitFileSync } from './unit-file.js';

/** The key's file in the folder of a node's units; made when the first secret comes. */
const KEY_FILE = '.secrets-key';

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Seals what is secret of a node's units by a key of the node, so that no status file has it in clear. What is sealed is bound to its
 * purpose, and opens for no other.
 *
 * See docs/decisions/0113-secrets-on-disk.md.
 */
export class UnitSecrets {
  readonly #dataDir: string;
  readonly #dir: string;
  /** Read or made at the first use; written by `#getKey` only. */
  #key: Buffer | undefined;

  constructor({ dataDir, nodeId }: { readonly dataDir: string; readonly nodeId: string }) {
    this.#dataDir = dataDir;
    this.#dir = join(dataDir, nodeId);
  }

  /**
   * A text that tells nothing of the values without the key; another one each time.
   *
   * @param purpose what the values are for; they open for the same one only
   * @throws {WorkError} `unsafe-folder`, `unsafe-file`; what the system says when the key can't be stored
   */
  seal(purpose: readonly string[], values: Readonly<Record<string, string>>): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.#getKey('make'), nonce).setAAD(bytesOf(purpose));
    const sealed = [cipher.update(encodeJson(values), 'utf8'), cipher.final()];
    return Buffer.concat([nonce, cipher.getAuthTag(), ...sealed]).toString('base64');
  }

  /**
   * The values in clear.
   *
   * @param what stands in the error: `its secret parameters`
   * @throws {WorkError} `start-failed` when the key is gone, or is not the one they were sealed with
   */
  open(purpose: readonly string[], sealed: string, what: string): Record<string, string> {
    try {
      const bytes = Buffer.from(sealed, 'base64');
      const [nonce, tag] = [bytes.subarray(0, NONCE_BYTES), bytes.subarray(NONCE_BYTES)];
      const decipher = createDecipheriv(ALGORITHM, this.#getKey('read'), nonce, {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(bytesOf(purpose)).setAuthTag(tag.subarray(0, TAG_BYTES));
      const opened = [decipher.update(tag.subarray(TAG_BYTES)), decipher.final()];
      return textsIn(Buffer.concat(opened).toString());
    } catch (cause) {
      throw new WorkError(
        'start-failed',
        `${what} can't be read: ${join(this.#dir, KEY_FILE)} is missing or not the key they were sealed with; submit it again`,
        { cause },
      );
    }
  }

  /**
   * A name of the data directory that no other one has, and that tells nothing of the key: 16 hex digits, the same for as long as the key.
   *
   * @throws {WorkError} as {@link seal}
   */
  dataId(): string {
    return createHmac('sha256', this.#getKey('make')).update('data-id').digest('hex').slice(0, 16);
  }

  #getKey(use: 'make' | 'read'): Buffer {
    this.#key ??= this.#readKey() ?? (use === 'make' ? this.#makeKey() : undefined);
    if (this.#key === undefined) throw new Error('there is no key');
    return this.#key;
  }

  /** None when there is no file, or one that a crash has left short: nothing can have been sealed with that. */
  #readKey(): Buffer | undefined {
    let file: number;
    try {
      file = openUnitFileSync(join(this.#dir, KEY_FILE), 'read');
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
    try {
      const key = Buffer.alloc(KEY_BYTES);
      const isWhole = fstatSync(file).size === KEY_BYTES;
      return isWhole && readSync(file, key, 0, KEY_BYTES, 0) === KEY_BYTES ? key : undefined;
    } finally {
      closeSync(file);
    }
  }

  #makeKey(): Buffer {
    checkNodeFolder(this.#dataDir, this.#dir);
    makeFolder(this.#dir);
    checkNodeFolder(this.#dataDir, this.#dir);
    const path = join(this.#dir, KEY_FILE);
    const key = randomBytes(KEY_BYTES);
    rmSync(`${path}.new`, { force: true });
    const file = openUnitFileSync(`${path}.new`, 'replace');
    try {
      writeSync(file, key);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(`${path}.new`, path);
    return key;
  }
}

const bytesOf = (purpose: readonly string[]): Buffer => Buffer.from(JSON.stringify(purpose));

function textsIn(text: string): Record<string, string> {
  const value = parseJson(text);
  const entries = Object.entries(isJsonObject(value) ? value : {});
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
