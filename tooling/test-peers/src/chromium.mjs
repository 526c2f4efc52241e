import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { debianPrograms, onPath } from './debian-programs.mjs';

/** Where Debian's package has the browser itself, which its script would look for in the system. */
const UNPACKED = 'usr/lib/chromium/chromium';

/** @type {typeof import('./index.d.mts').findChromium} */
export function findChromium() {
  const installed = onPath('chromium');
  if (installed !== undefined) return { path: installed, libraries: '' };
  const folder = debianPrograms('browser', ['chromium', 'chromium-common']);
  const path = join(folder, UNPACKED);
  if (!existsSync(path)) throw new Error(`${UNPACKED} is not in Debian's package`);
  const script = readFileSync(join(folder, 'run', 'chromium'), 'utf8');
  return { path, libraries: /^LD_LIBRARY_PATH='([^']*)'/m.exec(script)?.[1] ?? '' };
}
