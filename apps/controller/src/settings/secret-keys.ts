import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../failure.js';

const KEY_BYTES = 32;
const VARIABLE = 'CONTROLLER_SECRET_KEY';

/** A key to store secrets under. */
export const newKey = (): Buffer => randomBytes(KEY_BYTES);

/** Whether keys are of the variable, and not of the file. */
export const areKeysGiven = (env: NodeJS.ProcessEnv): boolean => env[VARIABLE] !== undefined;

/** Where the keys are kept that no variable gives. */
export const keyFile = (folder: string): string => join(folder, 'secret.key');

/**
 * The keys that secrets are stored under, in base64 with space or commas between them: of the variable `CONTROLLER_SECRET_KEY`, else of the file `secret.key` in the
 * folder, which is made where it is missing. The first one locks, all of them open.
 *
 * @throws {Failure} for a key that is none
 */
export function secretKeys(folder: string, env: NodeJS.ProcessEnv): readonly Buffer[] {
  const given = env[VARIABLE];
  if (given !== undefined) return decoded(given, VARIABLE);
  const file = keyFile(folder);
  try {
    write(file, 'wx', [newKey()]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return decoded(readFileSync(file, 'utf8'), file);
}

/** Replaces the keys of the file, all or none of them. */
export function writeKeys(folder: string, keys: readonly Buffer[]): void {
  const file = keyFile(folder);
  write(`${file}.new`, 'w', keys);
  renameSync(`${file}.new`, file);
  const directory = openSync(folder, 'r');
  fsyncSync(directory);
  closeSync(directory);
}

function write(file: string, flag: 'w' | 'wx', keys: readonly Buffer[]): void {
  const descriptor = openSync(file, flag, 0o600);
  try {
    writeSync(descriptor, keys.map((key) => `${key.toString('base64')}\n`).join(''));
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function decoded(text: string, where: string): readonly Buffer[] {
  const keys = text
    .split(/[\s,]+/)
    .filter((word) => word !== '')
    .map((word) => Buffer.from(word, 'base64'));
  if (keys.length > 0 && keys.every(({ length }) => length === KEY_BYTES)) return keys;
  throw new Failure(`${where} must have keys of ${KEY_BYTES} bytes in base64, one or more`);
}
