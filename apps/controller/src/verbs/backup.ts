import { restoreBackup, writeBackup } from '@receptorjs/controller-storage';
import { openController } from '../composition.js';

const KEY_NOTE =
  'Its secrets open with the key of this controller alone: keep secret.key, or CONTROLLER_SECRET_KEY, beside it.';

/** Writes all that the database has into one file, which is there when it is whole. A controller that runs on PostgreSQL may go on meanwhile. */
export async function backup(dataDir: string, file: string, env: NodeJS.ProcessEnv): Promise<void> {
  const { storage } = await openController(dataDir, env);
  try {
    // of a schema that is known
    await storage.migrate();
    console.log(`${counted(await writeBackup(storage, file))} are in ${file}. ${KEY_NOTE}`);
  } finally {
    await storage.close();
  }
}

/** Reads such a file into a database that is empty: all of it, checked, or nothing. */
export async function restore(
  dataDir: string,
  file: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const { storage } = await openController(dataDir, env);
  try {
    console.log(`${counted(await restoreBackup(storage, file))} are restored from ${file}.`);
  } finally {
    await storage.close();
  }
}

function counted(rows: Readonly<Record<string, number>>): string {
  const counts = Object.values(rows);
  const sum = counts.reduce((all, each) => all + each, 0);
  return `${sum} rows of ${counts.length} tables`;
}
