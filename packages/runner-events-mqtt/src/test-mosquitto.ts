import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { debianPrograms, onPath } from '@receptorjs/tooling-test-peers';

/** The path of a broker that runs here: the system's, else Debian's in a cache. */
function find(): { path: string } | { missing: string } {
  try {
    const installed = onPath('mosquitto');
    const path = installed ?? join(debianPrograms('mosquitto', ['mosquitto']), 'run', 'mosquitto');
    const { stdout } = spawnSync(path, ['-h'], { encoding: 'utf8' });
    if (stdout.startsWith('mosquitto version')) return { path };
    return { missing: `mosquitto does not run here: ${path}` };
  } catch (error) {
    return { missing: `there is no mosquitto: ${String(error)}` };
  }
}

const found = find();

/** Path of Debian's broker, or `undefined` where it can't be had; the reason is printed. */
export const mosquitto = 'path' in found ? found.path : undefined;
if ('missing' in found) console.warn(`skipped: ${found.missing}`);
