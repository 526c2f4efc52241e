import { skipsWithoutPostgres, startPostgres } from '@receptorjs/tooling-test-postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { START_MS, startServer, type TestServer } from '../test-server.js';

const AT_ONCE = 8;
const each = Array.from({ length: AT_ONCE }, (_, at) => at);

describe.each([
  { kind: 'pglite', isMissing: false },
  { kind: 'postgres', isMissing: skipsWithoutPostgres() },
])('changes of one row at once, on $kind', ({ kind, isMissing }) => {
  let server: TestServer;
  let stop: () => Promise<void> = () => Promise.resolve();
  beforeAll(async () => {
    if (isMissing) return;
    const postgres = kind === 'postgres' ? await startPostgres() : undefined;
    server = await startServer(
      postgres === undefined ? {} : { database: { kind: 'postgres', url: postgres.url() } },
    );
    stop = async () => {
      await server.stop();
      await postgres?.stop();
    };
  }, START_MS);
  afterAll(() => stop(), START_MS);

  it.skipIf(isMissing)('of the variables of a host: each is kept', async () => {
    const inventory = await server.store.insert('inventories', { name: 'i' });
    const host = await server.store.insert('hosts', { name: 'h', inventory });
    const path = `/api/v2/hosts/${host}/variable_data/`;
    const answers = await Promise.all(
      each.map((at) => server.send('PATCH', path, { [`v${at}`]: at })),
    );
    expect(answers.map(({ status }) => status)).toEqual(each.map(() => 200));
    const { body } = await server.send('GET', path);
    expect(body).toEqual(Object.fromEntries(each.map((at) => [`v${at}`, at])));
  });

  it.skipIf(isMissing)('of the nodes of a group: each is in it, and leaves it', async () => {
    const group = await server.store.insert('instance_groups', { name: 'g' });
    const node = { node_type: 'execution', node_state: 'ready' };
    const nodes = await Promise.all(
      each.map((at) => server.store.insert('instances', { hostname: `n-${at}`, ...node })),
    );
    const path = `/api/v2/instance_groups/${group}/instances/`;
    const listed = async (): Promise<unknown[]> => {
      const { body } = await server.send('GET', `/api/v2/instance_groups/${group}/`);
      return [...(body['policy_instance_list'] as string[])].sort();
    };
    await Promise.all(nodes.map((id) => server.send('POST', path, { id })));
    expect(await listed()).toEqual(each.map((at) => `n-${at}`));
    await Promise.all(nodes.map((id) => server.send('POST', path, { id, disassociate: true })));
    expect(await listed()).toEqual([]);
  });
});
