import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { START_MS, startServer, type TestServer } from '../test-server.js';

let server: TestServer;
let path: string;
let inventory: number;
beforeAll(async () => {
  server = await startServer();
  inventory = await server.store.insert('inventories', { name: 'all' });
  path = `/api/v2/inventories/${inventory}/ad_hoc_commands/`;
}, START_MS);
afterAll(() => server.stop(), START_MS);

describe('POST /inventories/N/ad_hoc_commands/', () => {
  it('runs a module on hosts of the inventory, whichever the body names', async () => {
    const other = await server.store.insert('inventories', { name: 'other' });
    const body = { module_name: 'ping', limit: 'web', inventory: other };
    const made = await server.send('POST', path, body, { as: 'operator' });
    expect(made).toMatchObject({
      status: 201,
      body: { type: 'ad_hoc_command', inventory, limit: 'web', launch_type: 'manual' },
    });
    expect((await server.send('GET', path)).body).toMatchObject({ count: 1 });
    expect((await server.send('OPTIONS', path)).body).toHaveProperty('actions.POST.module_name');
  });

  it('is refused where the command is wrong, and to whoever may run none', async () => {
    expect(await server.send('POST', path, {})).toMatchObject({
      status: 400,
      body: { module_args: ['No argument passed to command module.'] },
    });
    const wrong = await server.send('POST', path, { module_name: 'format' });
    expect(wrong).toMatchObject({ status: 400, body: { module_name: [expect.any(String)] } });
    const ping = { module_name: 'ping' };
    expect((await server.send('POST', path, ping, { as: 'auditor' })).status).toBe(403);
    const absent = '/api/v2/inventories/999999/ad_hoc_commands/';
    expect((await server.send('POST', absent, ping)).status).toBe(404);
  });
});
