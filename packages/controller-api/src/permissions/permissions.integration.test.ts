import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { START_MS, startServer, type TestServer } from '../test-server.js';
import { resources } from '../resources/all.js';
import { permissions, type Verb } from './permission-table.js';
import { roles, type Role } from './roles.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
}, START_MS);
afterAll(() => server.stop());

const NOBODY = 999_999;
/** A request for each verb of a resource: allowed ones find nothing or something wrong, forbidden ones are refused before. */
function requestFor(path: string, verb: Verb): [method: string, path: string] | undefined {
  const resource = resources.get(path);
  const row = `/api/v2/${path}/${NOBODY}/`;
  switch (verb) {
    case 'read':
      return resource?.isNested === true ? ['GET', row] : ['GET', `/api/v2/${path}/`];
    case 'create': {
      const makes = resource?.can.create === true;
      return makes ? ['POST', `/api/v2/${path}/`] : undefined;
    }
    case 'change':
      return resource?.can.change === true ? ['PATCH', row] : undefined;
    case 'delete':
      return resource?.can.delete === true ? ['DELETE', row] : undefined;
    case 'start': {
      const name = ['launch', 'update', 'relaunch'].find((own) => resource?.own?.[own]);
      return name === undefined ? undefined : ['POST', `${row}${name}/`];
    }
    case 'cancel':
      return resource?.own?.['cancel'] === undefined ? undefined : ['POST', `${row}cancel/`];
  }
}

const verbs: readonly Verb[] = ['read', 'create', 'change', 'delete', 'start', 'cancel'];
const rows = Object.entries(permissions).flatMap(([path, row]) =>
  verbs.flatMap((verb) => {
    const request = requestFor(path, verb);
    return request === undefined
      ? []
      : roles.map((role) => ({ path, verb, role, request, isAllowed: row[role].includes(verb) }));
  }),
);

/** What everybody has of themselves. */
const isPersonal = (path: string): boolean => path === 'users' || path === 'tokens';

describe('who may do what', () => {
  it.each(rows)('$role: $verb $path', async ({ path, verb, role, request, isAllowed }) => {
    const [method, address] = request;
    const body = method === 'POST' || method === 'PATCH' ? {} : undefined;
    const { status } = await server.send(method, address, body, { as: role });
    const isOwn = isPersonal(path) && (verb === 'read' || verb === 'change');
    if (isAllowed || isOwn) expect([200, 201, 400, 404, 405]).toContain(status);
    else expect(status).toBe(403);
  });

  it.each([
    ['admin', ['GET', 'POST', 'HEAD', 'OPTIONS'], ['GET', 'POST']],
    ['operator', ['GET', 'HEAD', 'OPTIONS'], ['GET']],
    ['none', ['HEAD', 'OPTIONS'], []],
  ] as const)('tells %s by OPTIONS what is theirs to do', async (as, allow, actions) => {
    const { headers, body } = await server.send('OPTIONS', '/api/v2/organizations/', undefined, {
      as,
    });
    expect(headers.get('allow')).toBe(allow.join(', '));
    expect(Object.keys(body['actions'] ?? {})).toEqual(actions);
    const post = await server.send('PUT', '/api/v2/organizations/', {}, { as });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, POST, HEAD, OPTIONS']);
  });

  it('lets people see and change themselves alone, and nothing that gives them more', async () => {
    const me = await server.send('GET', '/api/v2/me/', undefined, { as: 'none' });
    const { url } = me.body.results[0]!;
    const change = (values: object) => server.send('PATCH', url, values, { as: 'none' });
    expect(await change({ first_name: 'Nora' })).toMatchObject({ status: 200 });
    expect(await change({ is_superuser: true })).toMatchObject({ status: 403 });
    expect(await change({ username: 'root' })).toMatchObject({ status: 403 });
    const listed = await server.send('GET', '/api/v2/users/', undefined, { as: 'none' });
    expect(listed.body).toMatchObject({ count: 1, results: [{ username: 'none' }] });
    const others = await server.send('GET', '/api/v2/users/admin/', undefined, { as: 'none' });
    expect(others.status).toBe(404);
  });

  it('shows nobody the tokens of others', async () => {
    const owners = async (as: Role): Promise<Set<string>> => {
      const { body } = await server.send('GET', '/api/v2/tokens/', undefined, { as });
      return new Set(body.results.map(({ summary_fields: { user } }) => user.username));
    };
    expect(await owners('admin')).toEqual(new Set(roles));
    expect(await owners('operator')).toEqual(new Set(['operator']));
    const all = await server.send('GET', '/api/v2/tokens/');
    const [other] = all.body.results.filter(
      ({ summary_fields: { user } }) => user.username === 'admin',
    );
    const taken = await server.send('DELETE', other!.url, undefined, { as: 'operator' });
    expect(taken.status).toBe(404);
  });
});
