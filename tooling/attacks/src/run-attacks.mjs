import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = join(import.meta.dirname, 'attacks');

/** Names of all attacks: those of their files. */
export async function attackNames() {
  const names = await readdir(folder);
  return names.map((name) => name.replace(/\.mjs$/, '')).sort();
}

/**
 * Runs one attack.
 *
 * @param {string} name
 * @param {{ commands: import('./commands.mjs').Commands, short: boolean, settleMs: number }} options
 * @returns {Promise<import('./on-mesh.mjs').Figures>}
 */
export async function runAttack(name, options) {
  /** @type {{ default: import('./on-mesh.mjs').Attack }} */
  const { default: attack } = await import(new URL(`attacks/${name}.mjs`, import.meta.url).href);
  const place = await mkdtemp(join(tmpdir(), 'attack-'));
  try {
    return await attack.run({ ...options, folder: place });
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}
