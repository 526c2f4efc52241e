import { KeyedSecretBox } from '@receptorjs/controller-api';
import { errorText } from '@receptorjs/primitives';
import { sql } from 'kysely';
import { openController, type OpenController } from '../composition.js';
import { hasAdmin } from '../first-data/admin.js';
import { Failure } from '../failure.js';
import { secretKeys } from '../settings/secret-keys.js';
import { openAll } from './rotate-key.js';

const MAX_SKEW_MS = 5000;

/** What its administrator is to know of PGlite. */
const UNSYNCED =
  '; what it has committed survives the end of this process, and may not survive a power cut: PostgreSQL does';

/** Looks at the database, the keys, the clock and the accounts, and prints a line for each. @throws {Failure} if one is not as it should be */
export async function check(dataDir: string, env: NodeJS.ProcessEnv): Promise<void> {
  const controller = await openController(dataDir, env);
  let failed = 0;
  const look = async (what: string, work: () => Promise<string>): Promise<void> => {
    try {
      console.log(`ok      ${what}: ${await work()}`);
    } catch (error) {
      failed += 1;
      console.log(`failed  ${what}: ${errorText(error)}`);
    }
  };
  try {
    await look('database', () => database(controller));
    await look('clock', () => clock(controller));
    await look('keys', async () => {
      const box = new KeyedSecretBox(secretKeys(dataDir, env));
      return `${await openAll(controller.storage, box)} secrets open`;
    });
    await look('administrator', async () => {
      if (await hasAdmin(controller.store)) return 'there is one';
      throw new Error('there is none; make one with create-admin');
    });
  } finally {
    await controller.storage.close();
  }
  if (failed > 0) throw new Failure(`${failed} of 4 checks failed`);
}

async function database({ storage }: OpenController): Promise<string> {
  const done = await storage.migrate();
  const how = done.length === 0 ? 'up to date' : 'brought up to date';
  return `${storage.kind}, ${how}${storage.kind === 'pglite' ? UNSYNCED : ''}`;
}

async function clock({ storage }: OpenController): Promise<string> {
  const before = Date.now();
  const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(
    storage.database,
  );
  const there = rows[0]?.now.getTime() ?? 0;
  const skew = Math.round(there - (before + Date.now()) / 2);
  if (Math.abs(skew) > MAX_SKEW_MS)
    throw new Error(`the database is ${skew} ms ahead of this machine`);
  return `${Math.abs(skew)} ms from that of the database`;
}
