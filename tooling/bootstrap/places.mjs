import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the clone. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
/** The virtual environment with Ansible. */
export const venv = join(root, '.venv');
/** What is installed for the tools of this clone. */
export const tools = join(root, '.tools');

/**
 * A digest of files, or of the texts given, that tells whether a step has to be done again.
 *
 * @param {string[]} paths relative to the root
 * @param {string[]} [texts]
 */
export function digest(paths, texts = []) {
  const hash = createHash('sha256');
  for (const path of paths) {
    hash.update(`\0${path}\0`);
    hash.update(readFileSync(join(root, path)));
  }
  for (const text of texts) hash.update(`\0${text}`);
  return hash.digest('hex');
}

/**
 * Does the work unless its stamp says it has been done for the same inputs.
 *
 * @param {string} stamp file that holds the digest of what was done last
 * @param {string} inputs
 * @param {() => Promise<void>} work
 */
export async function once(stamp, inputs, work) {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs) return;
  rmSync(stamp, { force: true });
  await work();
  writeFileSync(stamp, inputs);
}
