import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PASSWORD, START_MS, startServer, type TestServer } from '../test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
}, START_MS);
afterAll(() => server.stop());

const plain = (path: string, options: RequestInit = {}) =>
  fetch(server.url + path, { redirect: 'manual', ...options });
const basic = (username: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
});

function cookiesOf(response: Response): Record<string, string> {
  return Object.fromEntries(
    response.headers.getSetCookie().map((cookie) => {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      return [name, value];
    }),
  );
}

async function logIn(username: string, password: string) {
  const { csrftoken = '' } = cookiesOf(await plain('/api/'));
  const response = await plain('/api/login/', {
    method: 'POST',
    headers: { cookie: `csrftoken=${csrftoken}`, 'x-csrftoken': csrftoken },
    body: new URLSearchParams({ username, password, next: '/api/' }),
  });
  return { response, cookies: cookiesOf(response) };
}

describe('authentication', () => {
  it('answers roots and ping to everybody, and nothing else', async () => {
    for (const path of ['/api/', '/api/v2/', '/api/v2/ping/'])
      expect((await plain(path)).status).toBe(200);
    const refused = await plain('/api/v2/users/');
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toBe(
      'Bearer realm=api authorization_url=/api/o/authorize/',
    );
    expect(await refused.json()).toHaveProperty('detail');
    expect((await plain('/api/v2/users/', { method: 'OPTIONS' })).status).toBe(401);
  });

  it('logs in by a form, and lets a session change something with its CSRF token alone', async () => {
    const { response, cookies } = await logIn('admin', PASSWORD);
    expect(response.status).toBe(302);
    expect(response.headers.get('location')).toBe('/api/');
    expect(response.headers.get('x-api-session-cookie-name')).toBe('awx_sessionid');
    const session = response.headers.getSetCookie().find((one) => one.startsWith('awx_sessionid='));
    expect(session).toMatch(/HttpOnly/);
    expect(session).toMatch(/SameSite=Lax/);
    // the server says how long a session is, at each request anew
    expect(session).not.toMatch(/Max-Age|Expires/i);
    const cookie = `awx_sessionid=${cookies['awx_sessionid']}; csrftoken=${cookies['csrftoken']}`;
    expect((await plain('/api/v2/me/', { headers: { cookie } })).status).toBe(200);
    const create = (headers: Record<string, string>) =>
      plain('/api/v2/organizations/', {
        method: 'POST',
        headers: { cookie, 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ name: `of ${JSON.stringify(headers).length}` }),
      });
    expect((await create({})).status).toBe(403);
    expect((await create({ 'x-csrftoken': 'guessed' })).status).toBe(403);
    const token = { 'x-csrftoken': cookies['csrftoken'] ?? '' };
    expect((await create({ ...token, origin: 'http://evil.example' })).status).toBe(403);
    expect((await create(token)).status).toBe(201);
    await plain('/api/logout/', { method: 'POST', headers: { cookie, ...token } });
    expect((await plain('/api/v2/me/', { headers: { cookie } })).status).toBe(401);
  });

  it('leads to no other server after a login', async () => {
    const { csrftoken = '' } = cookiesOf(await plain('/api/'));
    for (const next of ['//evil.example', 'http://evil.example', '/\\evil.example']) {
      const response = await plain('/api/login/', {
        method: 'POST',
        headers: { cookie: `csrftoken=${csrftoken}`, 'x-csrftoken': csrftoken },
        body: new URLSearchParams({ username: 'admin', password: PASSWORD, next }),
      });
      expect(response.headers.get('location')).toBe('/api/');
    }
  });

  it('tells a token once, keeps a digest of it, and lets one that reads change nothing', async () => {
    const headers = { ...basic('operator', PASSWORD), 'content-type': 'application/json' };
    const made = await plain('/api/v2/users/operator/personal_tokens/', {
      method: 'POST',
      headers,
      body: JSON.stringify({ description: 'for reading', application: null, scope: 'read' }),
    });
    expect(made.status).toBe(201);
    const { token, id } = (await made.json()) as { token: string; id: number };
    const row = await server.store.get('tokens', id);
    expect(JSON.stringify(row)).not.toContain(token);
    const again = await server.send('GET', `/api/v2/tokens/${id}/`);
    expect(again.body.token).toBe('************');
    const bearer = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    expect((await plain('/api/v2/hosts/', { headers: bearer })).status).toBe(200);
    const change = { method: 'POST', headers: bearer, body: '{}' };
    expect((await plain('/api/v2/hosts/', change)).status).toBe(403);
    expect((await plain('/api/v2/hosts/', { headers: { authorization: 'Bearer x' } })).status).toBe(
      401,
    );
  });

  it('takes many right ones at once', async () => {
    const right = Array.from({ length: 25 }, () =>
      plain('/api/v2/me/', { headers: basic('auditor', PASSWORD) }),
    );
    const statuses = (await Promise.all(right)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200]));
  });

  it('makes whoever guesses wait, however right the next guess is', async () => {
    const guess = (password: string) =>
      plain('/api/v2/me/', { headers: basic('auditor', password) });
    // at once, which is no way around it
    const guesses = await Promise.all(Array.from({ length: 30 }, () => guess('wrong')));
    expect(guesses.filter(({ status }) => status === 401)).toHaveLength(10);
    const held = await guess(PASSWORD);
    expect(held.status).toBe(429);
    expect(Number(held.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('sends headers that keep browsers from harm', async () => {
    const { headers } = await plain('/api/');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('no-store');
  });
});
