import {
  skipsWithoutPostgres,
  startPostgres,
  type TestPostgres,
} from '@receptorjs/tooling-test-postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resources } from '../resources/all.js';
import type { Field } from '../resources/fields.js';
import { START_MS, startServer, type TestServer } from '../test-server.js';

// the one of the two that is particular about numbers
const isMissing = skipsWithoutPostgres();
let postgres: TestPostgres;
let server: TestServer;
beforeAll(async () => {
  if (isMissing) return;
  postgres = await startPostgres();
  server = await startServer({ database: { kind: 'postgres', url: postgres.url() } });
}, START_MS);
afterAll(async () => {
  if (isMissing) return;
  await server.stop();
  await postgres.stop();
});

/** Around the ends of the whole numbers of a database. */
const edges = [15n, 31n, 63n].flatMap((bits) => [String(2n ** bits), String(-(2n ** bits) - 1n)]);
const numbers = [...edges, '1e300', '1e999', '0x7fffffffff', '1.5'];
const all = [...resources.values()];
const isNumeric = ({ type, choices }: Field): boolean =>
  ['integer', 'id', 'float', 'decimal'].includes(type) || typeof choices?.[0]?.[0] === 'number';

const statusOf = async (method: string, path: string, body?: unknown): Promise<number> =>
  (await server.send(method, path, body)).status;

describe.skipIf(isMissing).each(all)('of $path', (resource) => {
  const { path, isNested, fields, can, lists = {}, own = {} } = resource;
  const numeric = Object.entries(fields).filter(([, field]) => isNumeric(field));
  const at = `/api/v2/${path}/`;

  it.runIf(isNested !== true)(
    'a number in a filter is found, or refused',
    async () => {
      const filterable = numeric.filter(
        ([, { isStored, isFilterable }]) => isStored && isFilterable,
      );
      for (const [name] of filterable)
        for (const lookup of ['exact', 'in'])
          for (const number of numbers) {
            const asked = `${at}?${name}__${lookup}=${encodeURIComponent(number)}`;
            expect([asked, [200, 400].includes(await statusOf('GET', asked))]).toEqual([
              asked,
              true,
            ]);
          }
    },
    120_000,
  );

  it('a number in an address is of nothing', async () => {
    for (const number of edges.filter((text) => !text.startsWith('-')))
      for (const below of ['', ...Object.keys(lists), ...Object.keys(own)]) {
        const asked = `${at}${number}/${below === '' ? '' : `${below}/`}`;
        const status = await statusOf('GET', asked);
        expect([asked, [404, 405].includes(status)]).toEqual([asked, true]);
      }
  }, 120_000);

  it.runIf(can.create)(
    'a number in a body is taken, or refused with its name',
    async () => {
      const writable = numeric.filter(([, { isReadOnly }]) => !isReadOnly);
      for (const [name] of writable)
        for (const number of numbers)
          for (const value of [number, Number(number)]) {
            const status = await statusOf('POST', at, { name: `n-${number}`, [name]: value });
            const asked = [name, value];
            expect([asked, status < 500]).toEqual([asked, true]);
          }
    },
    120_000,
  );
});
