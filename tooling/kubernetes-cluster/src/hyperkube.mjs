import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** What it is built from. */
export const sourceFolder = join(import.meta.dirname, '..', 'hyperkube');
export const sourceFiles = ['go.mod', 'go.sum', 'main.go'];

/** The version of Kubernetes, as `v1.32.13`. */
export function kubernetesVersion() {
  const text = readFileSync(join(sourceFolder, 'go.mod'), 'utf8');
  const version = /^require k8s\.io\/kubernetes (v[\d.]+)$/m.exec(text)?.[1];
  if (version === undefined) throw new Error('go.mod: no `require k8s.io/kubernetes`');
  return version;
}

/**
 * Where the binary is kept, for all clones of this user.
 *
 * @param {NodeJS.ProcessEnv} [env]
 */
export function hyperkubePath(env = process.env) {
  const digest = createHash('sha256');
  for (const name of sourceFiles) {
    digest.update(`\0${name}\0`);
    digest.update(readFileSync(join(sourceFolder, name)));
  }
  const folder = `${kubernetesVersion()}-${digest.digest('hex').slice(0, 16)}`;
  const caches = env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(caches, 'receptorjs', 'kubernetes', folder, 'hyperkube');
}
