import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Making a cluster takes a second or two on an idle machine. */
const TIMEOUT_MS = 300_000;

/** What the process does that makes a cluster: it imports PGlite by its path, and opens a folder that is empty. */
const PROGRAM = `
  const [path, folder] = process.argv.slice(1);
  const { PGlite } = (await import(path)).default;
  await (await PGlite.create(folder)).close();`;

/**
 * Makes the database cluster that PGlite opens, where there is none. `initdb` leaves some 450 MiB in the process it runs in, so that is a
 * process of its own. One that is killed leaves nothing but a folder that the next one removes.
 *
 * @param folder - of the cluster; the folder above it exists
 * @throws {Error} where the process fails, with what it has said
 */
export async function ensureCluster(folder: string): Promise<void> {
  if (existsSync(join(folder, 'PG_VERSION'))) return;
  const unfinished = `${folder}.new`;
  await rm(unfinished, { recursive: true, force: true });
  const pglite = createRequire(import.meta.url).resolve('@electric-sql/pglite');
  await run(process.execPath, ['--input-type=module', '-e', PROGRAM, pglite, unfinished], {
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
    env: {},
  });
  // a thousand files, all at once; where there is no such command the system does it within a minute
  await run('sync', ['-f', unfinished]).catch(() => undefined);
  await rename(unfinished, folder);
}
