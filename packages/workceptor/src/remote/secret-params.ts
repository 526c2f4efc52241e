import { makeFolder } from '@receptorjs/primitives';
import { encodeJson, isJsonObject, parseJson } from '@receptorjs/control-protocol';
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { isMissing, WorkError } from '../errors.js';
import { checkNodeFolder } from '../store/own-folder.js';
import { openUnitFileSync } from '../store/unit-file.js';
import { isSecret } from '../submission-checks.js';
import type { RemoteData } from './remote-extra-data.js';

/** The key's file in the folder of a node's units; made when the first secret comes. */
const KEY_FILE = '.secrets-key';

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Seals the secret parameters of remote units, so that no status file has them in clear, for as long as the start on the other
 * node may have to be repeated. What is sealed is bound to the node, the work type and the TLS configuration that it is for.
 *
 * See docs/decisions/0113-secrets-on-disk.md.
 */
export class SecretParams {
  readonly #dataDir: string;
  readonly #dir: string;
  /** Read or made at the first use; written by `#getKey` only. */
  #key: Buffer | undefined;

  constructor({ dataDir, nodeId }: { readonly dataDir: string; readonly nodeId: string }) {
    this.#dataDir = dataDir;
    this.#dir = join(dataDir, nodeId);
  }

  /**
   * The data with its secret parameters sealed; the same object when it has none in clear.
   *
   * @throws {WorkError} `unsafe-folder`, `unsafe-file`; what the system says when the key can't be stored
   */
  seal(data: RemoteData): RemoteData {
    const all = Object.entries(data.RemoteParams);
    const secret = all.filter(([name]) => isSecret(name));
    if (secret.length === 0) return data;
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.#getKey('make'), nonce).setAAD(purpose(data));
    const sealed = [cipher.update(encodeJson(Object.fromEntries(secret)), 'utf8'), cipher.final()];
    return {
      ...data,
      RemoteParams: Object.fromEntries(all.filter(([name]) => !isSecret(name))),
      SealedParams: Buffer.concat([nonce, cipher.getAuthTag(), ...sealed]).toString('base64'),
    };
  }

  /**
   * The data with all its parameters in clear, for the other node.
   *
   * @throws {WorkError} `start-failed` when the key is gone, or is not the one it was sealed with
   */
  open(data: RemoteData): RemoteData {
    const { SealedParams, ...rest } = data;
    if (SealedParams === undefined) return data;
    try {
      const bytes = Buffer.from(SealedParams, 'base64');
      const [nonce, tag] = [bytes.subarray(0, NONCE_BYTES), bytes.subarray(NONCE_BYTES)];
      const decipher = createDecipheriv(ALGORITHM, this.#getKey('read'), nonce, {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(purpose(data)).setAuthTag(tag.subarray(0, TAG_BYTES));
      const opened = [decipher.update(tag.subarray(TAG_BYTES)), decipher.final()];
      return {
        ...rest,
        RemoteParams: { ...data.RemoteParams, ...paramsIn(Buffer.concat(opened).toString()) },
      };
    } catch (cause) {
      throw new WorkError(
        'start-failed',
        `its secret parameters can't be read: ${join(this.#dir, KEY_FILE)} is missing or not the key they were sealed with; submit it again`,
        { cause },
      );
    }
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

/**
 * The data without its secret parameters, sealed or not; undefined when it has none. To be stored as soon as no start will need them.
 */
export function withoutSecrets({ SealedParams, ...data }: RemoteData): RemoteData | undefined {
  const all = Object.entries(data.RemoteParams);
  const shown = all.filter(([name]) => !isSecret(name));
  if (SealedParams === undefined && shown.length === all.length) return undefined;
  return { ...data, RemoteParams: Object.fromEntries(shown) };
}

/** What a seal is for, and can't be used for anything else. */
function purpose({ RemoteNode, RemoteWorkType, TLSClient }: RemoteData): Buffer {
  return Buffer.from(JSON.stringify([RemoteNode, RemoteWorkType, TLSClient]));
}

function paramsIn(text: string): Record<string, string> {
  const value = parseJson(text);
  const entries = Object.entries(isJsonObject(value) ? value : {});
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
