import { lookups } from '@receptorjs/controller-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { START_MS, startServer, type TestServer } from '../test-server.js';
import { resources } from '../resources/all.js';
import type { Field } from '../resources/fields.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
  const organization = { name: 'here' };
  const { body } = await server.send('POST', '/api/v2/organizations/', organization);
  for (const name of ['alpha', 'beta']) {
    const inventory = { name, organization: body.id, variables: '{"a": 1}' };
    const made = await server.send('POST', '/api/v2/inventories/', inventory);
    for (const number of [1, 2, 3]) {
      const host = { name: `${name}-${number}`, inventory: made.body.id, enabled: number !== 2 };
      await server.send('POST', '/api/v2/hosts/', host);
    }
  }
}, START_MS);
afterAll(() => server.stop());

const names = async (path: string): Promise<string[]> => {
  const { status, body } = await server.send('GET', path);
  expect([path, status, body]).toMatchObject([path, 200, {}]);
  return body.results.map(({ name }) => name);
};

describe('filters', () => {
  it.each([
    ['name=alpha-1', ['alpha-1']],
    ['name__iexact=ALPHA-1', ['alpha-1']],
    ['name__startswith=beta', ['beta-1', 'beta-2', 'beta-3']],
    ['name__endswith=-3', ['alpha-3', 'beta-3']],
    ['name__icontains=LPHA-2', ['alpha-2']],
    ['name__contains=%25', []],
    ['name__regex=^a.*[12]$', ['alpha-1', 'alpha-2']],
    ['name__regex=a%5C%5C1', []],
    ['name__regex=^[a-z]%7B5%7D-[12]%7B1,2%7D$', ['alpha-1', 'alpha-2']],
    ['name__in=alpha-1,beta-1', ['alpha-1', 'beta-1']],
    ['not__name__startswith=alpha', ['beta-1', 'beta-2', 'beta-3']],
    ['enabled=false', ['alpha-2', 'beta-2']],
    ['enabled=0&name__startswith=a', ['alpha-2']],
    ['or__name=alpha-1&or__name=beta-3', ['alpha-1', 'beta-3']],
    ['inventory__name=beta&enabled=true', ['beta-1', 'beta-3']],
    ['inventory__organization__name__icontains=HER&name__gt=beta-1', ['beta-2', 'beta-3']],
    ['last_job__isnull=true&name=beta-1', ['beta-1']],
    ['search=beta 2', ['beta-2']],
    ['inventory__search=alph&name__endswith=1', ['alpha-1']],
    ['created__gt=2001-01-01&name=beta-1', ['beta-1']],
    ['type=host&name=beta-1', ['beta-1']],
    ['type=group', []],
  ])('%s', async (query, found) => {
    expect(await names(`/api/v2/hosts/?order_by=name&${query}`)).toEqual(found);
  });

  it('asks what is behind one relation of one row, and of any with chain', async () => {
    const query = 'hosts__name=alpha-1&hosts__enabled=false';
    expect(await names(`/api/v2/inventories/?${query}`)).toEqual([]);
    const chained = query.replace('&', '&chain__');
    expect(await names(`/api/v2/inventories/?${chained}`)).toEqual(['alpha']);
  });

  it.each([
    ['nonesuch=1', /no field named 'nonesuch'/],
    ['inventory__nonesuch=1', /no field named 'nonesuch'/],
    ['password=1', /no field named/],
    ['enabled=perhaps', /neither true nor false/],
    ['id=one', /not a number/],
    ['id=99999999999', /out of range/],
    ['name__regex=(', /not a regular expression/],
    ['name__regex=(a*)*%5C1', /may not refer back/],
    ['name__iregex=(a%7C(b))%5C%5C%5C2', /may not refer back/],
    ['name__regex=((a%7B1,99%7D)%7B1,99%7D)%7B1,99%7D', /at most 1000 times/],
    ['inventory__name__regex=(.%2B)%5C1', /may not refer back/],
    ['created__gt=yesterday', /not a time/],
    ['order_by=nonesuch', /no field/],
    ['inventory__inventory_sources__source_project__scm_url__startswith=a', /no field named/],
  ])('refuses %s', async (query, detail) => {
    const { status, body } = await server.send('GET', `/api/v2/hosts/?${query}`);
    expect(status).toBe(400);
    expect(body.detail).toMatch(detail);
  });

  it('orders over relations, downwards too', async () => {
    const found = await names('/api/v2/hosts/?order_by=-inventory__name,name&page_size=4');
    expect(found).toEqual(['beta-1', 'beta-2', 'beta-3', 'alpha-1']);
  });

  it('gives pages, and the addresses of those beside', async () => {
    const { body } = await server.send('GET', '/api/v2/hosts/?page_size=2&page=2&name__contains=-');
    expect(body).toMatchObject({
      count: 6,
      next: '/api/v2/hosts/?page_size=2&page=3&name__contains=-',
      previous: '/api/v2/hosts/?page_size=2&page=1&name__contains=-',
    });
    const beyond = await server.send('GET', '/api/v2/hosts/?page=4');
    expect(beyond).toMatchObject({ status: 404, body: { detail: 'Invalid page.' } });
    const bare = await server.send('GET', '/api/v2/hosts/?count_disabled=true');
    expect(Object.keys(bare.body as object)).toEqual(['results']);
  });
});

/** A value that a field can be compared with. */
const sample = ({ type, choices }: Field): string =>
  type === 'boolean'
    ? 'true'
    : type === 'datetime'
      ? '2026-01-01T00:00:00Z'
      : type === 'choice'
        ? String(choices?.[0]?.[0])
        : type === 'string'
          ? 'x'
          : '1';

describe('every field', () => {
  const fields = [...resources.values()].flatMap((resource) =>
    Object.entries(resource.fields)
      .filter(
        ([, { isStored, isFilterable, type }]) =>
          isStored && isFilterable && !['json', 'object', 'list'].includes(type),
      )
      .map(([name, field]) => ({ resource, name, field })),
  );
  const listed = fields.filter(({ resource }) => resource.isNested !== true);

  it.each(listed)(
    'of $resource.path can be filtered by every lookup: $name',
    async ({ resource, name, field }) => {
      for (const lookup of lookups) {
        const value = lookup === 'isnull' ? 'true' : sample(field);
        const path = `/api/v2/${resource.path}/?${name}__${lookup}=${value}&order_by=-${name}`;
        const { status, body } = await server.send('GET', path);
        expect([path, status, body]).toMatchObject([
          path,
          200,
          { results: expect.anything() as unknown },
        ]);
      }
    },
  );

  it.each([...resources.values()].filter(({ isNested }) => isNested !== true))(
    'every relation of $path leads somewhere',
    async ({ path, relations = {}, fields: own }) => {
      const references = Object.entries(own).filter(([, { to, isStored }]) => to && isStored);
      for (const name of [...Object.keys(relations), ...references.map(([field]) => field)]) {
        const query = `${name}__id=1&or__${name}__isnull=true&${name}__search=x`;
        const { status, body } = await server.send('GET', `/api/v2/${path}/?${query}`);
        expect([name, status, body]).toMatchObject([name, 200, {}]);
      }
    },
  );
});
