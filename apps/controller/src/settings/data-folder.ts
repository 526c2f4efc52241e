import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '../failure.js';

const KEY_BYTES = 32;

/** Where the controller keeps what is its own, unless it is told otherwise. */
export const defaultFolder = (env: NodeJS.ProcessEnv): string =>
  join(env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'receptorjs-controller');

/** Makes the folder where it is missing; nobody else looks into it. */
export function ensureFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
}

/**
 * The key that secrets are stored under: of the variable `CONTROLLER_SECRET_KEY`, in base64, else of the file `secret.key` in the folder, which is
 * made where it is missing.
 *
 * @throws {Failure} for a key that is none
 */
export function secretKey(folder: string, env: NodeJS.ProcessEnv): Buffer {
  const given = env['CONTROLLER_SECRET_KEY'];
  if (given !== undefined) return decoded(given, 'CONTROLLER_SECRET_KEY');
  const file = join(folder, 'secret.key');
  try {
    const key = randomBytes(KEY_BYTES).toString('base64');
    writeFileSync(file, `${key}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return decoded(readFileSync(file, 'utf8'), file);
}

function decoded(text: string, where: string): Buffer {
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length === KEY_BYTES) return key;
  throw new Failure(`${where} has no key of ${KEY_BYTES} bytes in base64`);
}
