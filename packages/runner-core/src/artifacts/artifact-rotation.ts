import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Deletes the oldest artifact folders until `keep` remain, the current one included. Files and links in the
 * artifact root stay, and so do folders of runs that have not ended: those without an `rc` file.
 */
export async function rotateArtifacts(
  root: string,
  keep: number,
  currentIdent: string,
): Promise<void> {
  const ended: { path: string; changed: number }[] = [];
  for (const entry of await readdir(root, { withFileTypes: true })) {
    if (!entry.isDirectory() || entry.name === currentIdent) continue;
    const path = join(root, entry.name);
    const rc = await lstat(join(path, 'rc')).catch(() => undefined);
    const folder = await lstat(path).catch(() => undefined);
    if (rc !== undefined && folder !== undefined) ended.push({ path, changed: folder.mtimeMs });
  }
  ended.sort((a, b) => a.changed - b.changed);
  for (const { path } of ended.slice(0, Math.max(0, ended.length - (keep - 1))))
    await rm(path, { recursive: true, force: true });
}
