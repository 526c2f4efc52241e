import { openStorage, type Storage } from '@receptorjs/controller-storage';
import {
  skipsWithoutPostgres,
  startPostgres,
  type TestPostgres,
} from '@receptorjs/tooling-test-postgres';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { START_MS, startServer, type TestServer } from '../test-server.js';

const READ_TIMEOUT_MS = 300;

const isMissing = skipsWithoutPostgres();
let postgres: TestPostgres;
let server: TestServer;
let other: Storage;
beforeAll(async () => {
  if (isMissing) return;
  postgres = await startPostgres();
  const database = { kind: 'postgres', url: postgres.url() } as const;
  // as many connections as an engine has at least
  server = await startServer({
    database: { ...database, readTimeoutMs: READ_TIMEOUT_MS, maxConnections: 2 },
  });
  other = await openStorage(database);
}, START_MS);
afterAll(async () => {
  if (isMissing) return;
  await other.close();
  await server.stop();
  await postgres.stop();
});

describe.skipIf(isMissing)('lists that take too long', () => {
  it('are ended and answered 400, and hold no connection of anybody else', async () => {
    await other.database.transaction().execute(async (transaction) => {
      // as a filter that never ends: whoever reads hosts waits
      await sql`lock table hosts in access exclusive mode`.execute(transaction);
      const lists = Array.from({ length: 8 }, () =>
        server.send('GET', '/api/v2/hosts/?name__regex=a'),
      );
      const made = await server.send('POST', '/api/v2/organizations/', { name: 'meanwhile' });
      expect(made.status).toBe(201);
      for (const { status, body } of await Promise.all(lists))
        expect([status, body.detail]).toEqual([400, expect.stringContaining('takes too long')]);
    });
    expect(await server.send('GET', '/api/v2/hosts/')).toMatchObject({ status: 200 });
  });
});
