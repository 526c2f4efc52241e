import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { storagesUnderTest } from '../testing/storages-under-test.js';

/** A server or a database takes seconds to come up, and longer on a busy machine. */
const START_MS = 120_000;

describe.each(storagesUnderTest())('messages on $kind', (under) => {
  beforeAll(() => under.start(), START_MS);
  afterAll(() => under.stop(), START_MS);

  describe.skipIf(under.isMissing)('with a server', () => {
    it('come to all who listen on a channel, until they no longer do', async () => {
      const storage = await under.empty();
      const other = await under.again();
      const heard: string[] = [];
      const stopFirst = await storage.listen('channel_a', {
        onMessage: (payload) => heard.push(`first ${payload}`),
      });
      const stopSecond = await storage.listen('channel_a', {
        onMessage: (payload) => heard.push(`second ${payload}`),
      });
      await other.notify('another', 'x');
      await other.notify('channel_a', 'one');
      await vi.waitFor(() => expect(heard).toEqual(['first one', 'second one']));
      await stopFirst();
      await other.notify('channel_a', 'two');
      await vi.waitFor(() => expect(heard.slice(2)).toEqual(['second two']));
      await stopSecond();
      // the next one that is heard shows that this one was not
      const stop = await storage.listen('channel_b', {
        onMessage: (payload) => heard.push(payload),
      });
      await other.notify('channel_a', 'three');
      await other.notify('channel_b', 'end');
      await vi.waitFor(() => expect(heard.slice(3)).toEqual(['end']));
      await stop();
    });

    it('come when what sent them is committed, and not when it is rolled back', async () => {
      const storage = await under.empty();
      const heard: string[] = [];
      const stop = await storage.listen('work', { onMessage: (payload) => heard.push(payload) });
      const work = (payload: string, fails: boolean) =>
        storage.database.transaction().execute(async (transaction) => {
          await sql`select pg_notify('work', ${payload})`.execute(transaction);
          if (fails) throw new Error('rolled back');
        });
      await expect(work('lost', true)).rejects.toThrow('rolled back');
      await work('kept', false);
      await vi.waitFor(() => expect(heard).toEqual(['kept']));
      await stop();
    });
  });

  describe.skipIf(under.isMissing || under.kind === 'pglite')('of a server that goes', () => {
    it('come again once it is back, and those who listen know that some may be missing', async () => {
      const storage = await under.empty();
      const heard: string[] = [];
      const stop = await storage.listen('job_changed', {
        onMessage: (payload) => heard.push(payload),
        onGap: () => heard.push('gap'),
      });
      await under.server?.kill();
      await expect(storage.notify('job_changed', '1')).rejects.toThrow();
      await under.server?.start();
      await vi.waitFor(() => expect(heard).toEqual(['gap']), { timeout: 20_000 });
      await storage.notify('job_changed', '2');
      await vi.waitFor(() => expect(heard).toEqual(['gap', '2']));
      await stop();
    });
  });
});
