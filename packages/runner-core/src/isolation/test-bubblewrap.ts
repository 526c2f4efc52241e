import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const cache = fileURLToPath(new URL('../../../../node_modules/.cache/bubblewrap', import.meta.url));

function onPath(name: string): boolean {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .some((folder) => folder !== '' && existsSync(join(folder, name)));
}

/** Unpacks Debian's bubblewrap into the cache, which needs no rights. */
function fetchPackage(): void {
  const folder = `${cache}.${process.pid}`;
  mkdirSync(folder, { recursive: true });
  try {
    const quiet = { cwd: folder, stdio: 'ignore', timeout: 60_000 } as const;
    execFileSync('apt-get', ['download', 'bubblewrap'], quiet);
    execFileSync('sh', ['-c', 'dpkg -x bubblewrap_*.deb .'], quiet);
    if (!existsSync(cache)) renameSync(folder, cache);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function find(): { folder: string } | { missing: string } {
  const folder = onPath('bwrap') ? '' : join(cache, 'usr', 'bin');
  if (folder !== '' && !existsSync(join(folder, 'bwrap'))) {
    if (!onPath('apt-get')) return { missing: 'no bwrap on PATH, and no apt-get to get it by' };
    try {
      fetchPackage();
    } catch (error) {
      return { missing: `no bwrap on PATH, and apt-get download failed: ${String(error)}` };
    }
  }
  const path = `${folder}${delimiter}${process.env.PATH ?? ''}`;
  try {
    execFileSync('bwrap', ['--ro-bind', '/', '/', '--unshare-pid', '--proc', '/proc', 'true'], {
      env: { ...process.env, PATH: path },
      stdio: 'pipe',
    });
  } catch (error) {
    return { missing: `bwrap can make no sandbox here: ${String(error)}` };
  }
  return { folder };
}

const found = find();

/** Why tests with bwrap can't run here, or `undefined` when they can. */
export const bubblewrapMissing = 'missing' in found ? found.missing : undefined;
if (bubblewrapMissing !== undefined) console.warn(`skipped: ${bubblewrapMissing}`);

/** `PATH` with bwrap on it. */
export const bubblewrapPath = [
  ...('folder' in found && found.folder !== '' ? [found.folder] : []),
  process.env.PATH ?? '',
].join(delimiter);
