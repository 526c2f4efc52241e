import { describe, expect, it } from 'vitest';
import { readInventory, type ImportFilter } from './imported-inventory.js';

const everything: ImportFilter = { hostFilter: '', enabledVar: '', enabledValue: '' };
const output = JSON.stringify({
  _meta: {
    hostvars: {
      web1: { state: { power: 'on' }, a: 1 },
      db1: { state: { power: 'off' } },
      lone: {},
    },
  },
  all: { children: ['ungrouped', 'web', 'data'], vars: { region: 'north' } },
  ungrouped: { hosts: ['lone'] },
  web: { hosts: ['web1'], vars: { port: 80 } },
  data: { children: ['db'] },
  db: { hosts: ['db1'] },
});

describe('the output of ansible-inventory', () => {
  it('is hosts, groups and variables, without the groups that Ansible has by itself', () => {
    const { hosts, groups, variables } = readInventory(output, everything);
    expect(variables).toEqual({ region: 'north' });
    expect(hosts.map(({ name, enabled }) => [name, enabled])).toEqual([
      ['web1', undefined],
      ['db1', undefined],
      ['lone', undefined],
    ]);
    expect(groups).toEqual([
      { name: 'web', variables: { port: 80 }, hosts: ['web1'], children: [] },
      { name: 'data', variables: {}, hosts: [], children: ['db'] },
      { name: 'db', variables: {}, hosts: ['db1'], children: [] },
    ]);
  });

  it('takes the hosts that match, enabled as a variable says', () => {
    const filter = { hostFilter: '1$', enabledVar: 'state.power', enabledValue: 'on' };
    const { hosts, groups } = readInventory(output, filter);
    expect(hosts.map(({ name, enabled }) => [name, enabled])).toEqual([
      ['web1', true],
      ['db1', false],
    ]);
    expect(groups.map(({ name, hosts }) => [name, hosts.length])).toContainEqual(['web', 1]);
    const [web1] = readInventory(output, { ...filter, enabledVar: 'a', enabledValue: '' }).hosts;
    expect(web1?.enabled).toBe(true);
  });

  it.each([['[]'], ['nonsense'], ['']])('%j is none', (text) => {
    expect(() => readInventory(text, everything)).toThrow('the output of ansible-inventory');
  });

  it('refuses a pattern that is none', () => {
    expect(() => readInventory(output, { ...everything, hostFilter: '(' })).toThrow('host_filter');
  });
});
