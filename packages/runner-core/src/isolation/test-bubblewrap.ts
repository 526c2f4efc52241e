import { execFileSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { debianPrograms, onPath } from '@receptorjs/tooling-test-peers';

const SANDBOX = ['--ro-bind', '/', '/', '--unshare-pid', '--proc', '/proc', 'true'];

/** The folder that bwrap is found in besides those of PATH, once it has made a sandbox. */
function find(): { folders: readonly string[] } | { missing: string } {
  try {
    const folders =
      onPath('bwrap') === undefined
        ? [join(debianPrograms('bubblewrap', ['bubblewrap']), 'run')]
        : [];
    const PATH = [...folders, process.env.PATH ?? ''].join(delimiter);
    execFileSync('bwrap', SANDBOX, { env: { ...process.env, PATH }, stdio: 'pipe' });
    return { folders };
  } catch (error) {
    return { missing: `bwrap can make no sandbox here: ${String(error)}` };
  }
}

const found = find();

/** Why tests with bwrap can't run here, or `undefined` when they can. */
export const bubblewrapMissing = 'missing' in found ? found.missing : undefined;
if (bubblewrapMissing !== undefined) console.warn(`skipped: ${bubblewrapMissing}`);

/** `PATH` with bwrap on it. */
export const bubblewrapPath = [
  ...('folders' in found ? found.folders : []),
  process.env.PATH ?? '',
].join(delimiter);
