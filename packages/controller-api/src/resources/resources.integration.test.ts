import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { START_MS, startServer, type TestServer } from '../test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
}, START_MS);
afterAll(() => server.stop());

describe('resources', () => {
  it('makes, reads, changes, lists and deletes', async () => {
    const made = await server.send('POST', '/api/v2/organizations/', { name: 'first' });
    expect([made.status, made.body]).toMatchObject([201, { name: 'first', type: 'organization' }]);
    const { url } = made.body as { url: string };
    expect(await server.send('GET', url)).toMatchObject({ status: 200, body: { name: 'first' } });
    const changed = await server.send('PATCH', url, { description: 'changed' });
    expect(changed).toMatchObject({ status: 200, body: { description: 'changed' } });
    const listed = await server.send('GET', '/api/v2/organizations/?name=first');
    expect(listed.body).toMatchObject({ count: 1, next: null, previous: null });
    expect(await server.send('DELETE', url)).toMatchObject({ status: 204 });
    expect(await server.send('GET', url)).toMatchObject({
      status: 404,
      body: { detail: 'Not found.' },
    });
  });
});
