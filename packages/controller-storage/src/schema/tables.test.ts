import type { Kysely } from 'kysely';
import { expect, it } from 'vitest';
import { openStorage } from '../database/open-storage.js';
import { describeTables } from './test-describe-tables.js';

it('has the types of the tables that the migrations make', async () => {
  const storage = await openStorage({ kind: 'pglite' });
  try {
    await storage.migrate();
    const text = await describeTables(storage.database as unknown as Kysely<unknown>);
    await expect(text).toMatchFileSnapshot('./tables.ts');
  } finally {
    await storage.close();
  }
});
