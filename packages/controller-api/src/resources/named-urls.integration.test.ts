import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { START_MS, startServer, type TestServer } from '../test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
  const { store } = server;
  const type = await store.insert('credential_types', { name: 'Machine', kind: 'ssh' });
  for (const name of ['one', 'two', 'a+b']) {
    const organization = await store.insert('organizations', { name });
    const inventory = await store.insert('inventories', { name: 'all', organization });
    await store.insert('hosts', { name: 'web', inventory });
    await store.insert('credentials', { name: 'key', organization, credential_type: type });
  }
  await store.insert('credentials', { name: 'key', credential_type: type });
}, START_MS);
afterAll(() => server.stop());

describe('rows named in addresses', () => {
  it.each([
    ['users/operator', { username: 'operator' }],
    ['organizations/one', { name: 'one' }],
    ['organizations/a[+]b', { name: 'a+b' }],
    ['inventories/all++two', { name: 'all', summary_fields: { organization: { name: 'two' } } }],
    ['inventories/all++a[+]b', { summary_fields: { organization: { name: 'a+b' } } }],
    ['hosts/web++all++two', { name: 'web', type: 'host' }],
    ['credentials/key++Machine+ssh++one', { summary_fields: { organization: { name: 'one' } } }],
    ['credentials/key++Machine+ssh++', { organization: null }],
  ])('finds %s', async (named, found) => {
    const path = named.split('/').map(encodeURIComponent).join('/');
    const answer = await server.send('GET', `/api/v2/${path}/`);
    expect([answer.status, answer.body]).toMatchObject([200, found]);
  });

  it.each([
    'inventories/all',
    'hosts/web',
    'hosts/web++all',
    'inventories/all++three',
    'users/a++b',
  ])('finds none or several for %s', async (named) => {
    const path = named.split('/').map(encodeURIComponent).join('/');
    expect((await server.send('GET', `/api/v2/${path}/`)).status).toBe(404);
  });
});
