import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Making a cluster takes a second or two on an idle machine. */
const TIMEOUT_MS = 300_000;

/** What the process does that makes a cluster: it imports PGlite by its path, opens a folder that is empty, and ends with whoever has started it. */
const PROGRAM = `
  const [path, folder] = process.argv.slice(1);
  process.stdin.on('end', () => process.exit(1)).resume();
  const { PGlite } = (await import(path)).default;
  await (await PGlite.create(folder)).close();
  process.exit(0);`;

/**
 * Makes the database cluster that PGlite opens, where there is none. `initdb` leaves some 450 MiB in the process it runs in, so that is a
 * process of its own. One that is killed leaves nothing but a folder that the next one removes.
 *
 * @param folder - of the cluster; the folder above it exists, and is this process's alone
 * @throws {Error} where the process fails, with what it has said
 */
export async function ensureCluster(folder: string): Promise<void> {
  if (existsSync(join(folder, 'PG_VERSION'))) return;
  const above = dirname(folder);
  const start = `${basename(folder)}.new-`;
  const left = (await readdir(above)).filter((name) => name.startsWith(start));
  // a process that still ends may write there
  for (const name of left) await removed(join(above, name));
  const unfinished = join(above, `${start}${randomBytes(6).toString('hex')}`);
  const pglite = createRequire(import.meta.url).resolve('@electric-sql/pglite');
  try {
    await run(process.execPath, ['--input-type=module', '-e', PROGRAM, pglite, unfinished], {
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
      env: {},
    });
    // a thousand files, all at once; where there is no such command the system does it within a minute
    await run('sync', ['-f', unfinished]).catch(() => undefined);
    await rename(unfinished, folder);
  } catch (error) {
    await removed(unfinished);
    throw error;
  }
  await syncNames(above);
}

const removed = (path: string): Promise<void> =>
  rm(path, { recursive: true, force: true }).catch(() => undefined);

/** Has a folder keep the names in it through a power cut. */
async function syncNames(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
