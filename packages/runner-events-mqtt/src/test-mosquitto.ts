import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A mosquitto that runs here. */
export interface Mosquitto {
  readonly path: string;
  readonly env: NodeJS.ProcessEnv;
}

const cache = fileURLToPath(new URL('../../../node_modules/.cache/mosquitto', import.meta.url));

const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
const onPath = (name: string) => folders.map((at) => join(at, name)).find((at) => existsSync(at));

/** Unpacks Debian's mosquitto and its libraries into the cache, which needs no rights. */
function fetchPackages(): void {
  const folder = `${cache}.${process.pid}`;
  mkdirSync(folder, { recursive: true });
  try {
    const known = execFileSync('apt-cache', ['depends', 'mosquitto'], { encoding: 'utf8' });
    const libraries = [...known.matchAll(/Depends: (lib(?!c6)\S+)/g)].map(([, name = '']) => name);
    const quiet = { cwd: folder, stdio: 'ignore', timeout: 60_000 } as const;
    execFileSync('apt-get', ['download', 'mosquitto', ...libraries], quiet);
    for (const file of readdirSync(folder)) execFileSync('dpkg', ['-x', file, '.'], quiet);
    if (!existsSync(cache)) renameSync(folder, cache);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function librariesIn(folder: string): string {
  return ['usr/lib', 'lib']
    .map((name) => join(folder, name))
    .filter((path) => existsSync(path))
    .flatMap((path) => readdirSync(path).map((name) => join(path, name)))
    .join(delimiter);
}

function find(): Mosquitto | { missing: string } {
  const installed = onPath('mosquitto');
  if (installed !== undefined) return { path: installed, env: process.env };
  const path = join(cache, 'usr', 'sbin', 'mosquitto');
  if (!existsSync(path)) {
    if (onPath('apt-get') === undefined)
      return { missing: 'no mosquitto on PATH, and no apt-get to get it by' };
    try {
      fetchPackages();
    } catch (error) {
      return { missing: `no mosquitto on PATH, and apt-get download failed: ${String(error)}` };
    }
  }
  const env = { ...process.env, LD_LIBRARY_PATH: librariesIn(cache) };
  const { stdout } = spawnSync(path, ['-h'], { env, encoding: 'utf8' });
  return stdout.startsWith('mosquitto version')
    ? { path, env }
    : { missing: `mosquitto of Debian does not run here: ${path}` };
}

const found = find();

/** Debian's broker, or `undefined` where it can't be had; the reason is printed. */
export const mosquitto = 'missing' in found ? undefined : found;
if ('missing' in found) console.warn(`skipped: ${found.missing}`);
