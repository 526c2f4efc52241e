import { expect, it } from 'vitest';
import { inventoryScript } from './inventory-script.js';

const host = (id: number, name: string, more = {}) => ({
  id,
  name,
  enabled: true,
  variables: {},
  ...more,
});
const inventory = {
  variables: { region: 'eu' },
  hosts: [
    host(2, 'b', { variables: { port: 1 } }),
    host(1, 'a'),
    host(3, 'c'),
    host(4, 'off', { enabled: false }),
  ],
  groups: [
    { id: 1, name: 'web', variables: { x: 1 }, hosts: [1, 4], children: [] },
    { id: 2, name: 'site', variables: {}, hosts: [], children: [1] },
  ],
};

it('has the groups, the hosts of none, and the variables; no host that is disabled', () => {
  const { _meta: meta, ...groups } = inventoryScript(inventory);
  expect(groups).toEqual({
    web: { hosts: ['a'], children: [], vars: { x: 1 } },
    site: { hosts: [], children: ['web'], vars: {} },
    all: { hosts: ['b', 'c'], children: ['site'], vars: { region: 'eu' } },
  });
  expect(meta).toMatchObject({ hostvars: { b: { port: 1, remote_tower_id: 2 } } });
  expect(Object.keys((meta as { hostvars: object }).hostvars)).toEqual(['a', 'b', 'c']);
});

it('its slices have each host once', () => {
  const hostsOf = (number: number) => {
    const { _meta } = inventoryScript(inventory, { number, count: 2 });
    return Object.keys((_meta as { hostvars: object }).hostvars);
  };
  expect([hostsOf(1), hostsOf(2)]).toEqual([['a', 'c'], ['b']]);
  expect(() => hostsOf(3)).toThrow(/allowed is 1 to 2/);
});
