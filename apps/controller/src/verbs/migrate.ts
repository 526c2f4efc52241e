import { openController } from '../composition.js';

/** Brings the schema of the database up to date. */
export async function migrate(dataDir: string, env: NodeJS.ProcessEnv): Promise<void> {
  const { storage } = await openController(dataDir, env);
  try {
    const done = await storage.migrate();
    console.log(done.length === 0 ? 'The database is up to date.' : `Done: ${done.join(', ')}.`);
  } finally {
    await storage.close();
  }
}
