import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { exclusively } from './set-up-lock.mjs';
import { installTool, tools } from './setup.mjs';

/** The major versions of Node that this project runs on. */
export const majors = [20, 22, 24, 26];

/**
 * Installs the newest Node of a major version in this clone, from the npm registry.
 *
 * @param {number} major
 * @param {string} [arch] as in process.arch, of this platform
 * @returns {Promise<string>} its path
 * @throws SetupError when the registry does not have it or does not answer
 */
export async function installNode(major, arch = process.arch) {
  const name = `node-${process.platform}-${arch}`;
  const folder = arch === process.arch ? `node-${major}` : `node-${major}-${arch}`;
  mkdirSync(tools, { recursive: true });
  const prefix = await exclusively(join(tools, `${folder}.lock`), () =>
    // Forced, for npm installs no other processor's by itself.
    installTool(folder, `${name}@${major}`, `Node ${major} for ${arch}`, ['--force']),
  );
  return join(prefix, 'node_modules', name, 'bin', 'node');
}
