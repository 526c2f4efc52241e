import { afterEach, expect, it } from 'vitest';
import { PASSWORD, START_MS, startServer, type TestServer } from '../test-server.js';

let server: TestServer | undefined;
afterEach(() => server?.stop());

const forwarded = {
  'x-forwarded-for': '203.0.113.7',
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'controller.example.com',
};

/** The address of a change, and the cookies, of a client behind a proxy. */
async function seen(trustedProxies: readonly string[]) {
  server = await startServer({ trustedProxies });
  const headers = { ...forwarded, origin: 'https://controller.example.com' };
  const { status, body } = await server.send(
    'POST',
    '/api/v2/organizations/',
    { name: 'o' },
    { headers },
  );
  const root = await server.send('GET', '/api/', undefined, { headers });
  const cookies = Object.fromEntries(
    root.headers.getSetCookie().map((cookie) => (cookie.split(';')[0] ?? '').split('=', 2)),
  ) as Readonly<Record<string, string>>;
  const { csrftoken = '' } = cookies;
  const login = await fetch(`${server.url}/api/login/`, {
    method: 'POST',
    headers: { ...headers, cookie: `csrftoken=${csrftoken}`, 'x-csrftoken': csrftoken },
    body: new URLSearchParams({ username: 'admin', password: PASSWORD, next: '/api/' }),
    redirect: 'manual',
  });
  const stream = await server.store.list('activity_stream', {
    criterion: { kind: 'all', of: [] },
    order: [],
    limit: 1,
    offset: 0,
  });
  return {
    made: [status, body.name],
    // a browser sends the origin that it sees: the address of the proxy
    login: login.status,
    address: stream[0]?.['remote_address'],
    isSecure: root.headers.getSetCookie().some((cookie) => /; Secure/i.test(cookie)),
  };
}

it(
  'believes a trusted proxy what it says of the client',
  async () => {
    expect(await seen(['127.0.0.0/8'])).toEqual({
      made: [201, 'o'],
      login: 302,
      address: '203.0.113.7',
      isSecure: true,
    });
  },
  START_MS,
);

it(
  'believes nobody else',
  async () => {
    expect(await seen(['192.0.2.1'])).toEqual({
      made: [201, 'o'],
      login: 403,
      address: '127.0.0.1',
      isSecure: false,
    });
  },
  START_MS,
);
