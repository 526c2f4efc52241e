import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where the controller keeps what is its own, unless it is told otherwise. */
export const defaultFolder = (env: NodeJS.ProcessEnv): string =>
  join(env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'receptorjs-controller');

/** Makes the folder where it is missing; nobody else looks into it. */
export function ensureFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
}
