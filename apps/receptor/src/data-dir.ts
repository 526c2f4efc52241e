import { lstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_DATA_DIR, type NodeSettings } from './node-settings.js';

/**
 * Takes the folder of units when it is the default one, to whose parent every user may write: the user who made it first could put
 * units there that this node would then run on. A folder that was configured is as it is.
 *
 * @param root the default folder
 * @throws Error when it, or the node's folder in it, is a link or belongs to or may be written by another user
 */
export function claimDefaultDataDir(
  { dataDir, id }: Pick<NodeSettings, 'dataDir' | 'id'>,
  root = DEFAULT_DATA_DIR,
): void {
  if (dataDir !== root) return;
  for (const folder of [root, join(root, id)]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const found = lstatSync(folder);
    const ours = found.uid === 0 || found.uid === (process.getuid?.() ?? found.uid);
    if (found.isDirectory() && ours && (found.mode & 0o022) === 0) continue;
    const what = !found.isDirectory()
      ? 'is no folder'
      : ours
        ? 'may be written by other users'
        : 'belongs to another user';
    throw new Error(
      `the folder of units ${folder} ${what}, who could have this node run commands; choose another one by node: {datadir: FOLDER}`,
    );
  }
}
