import { afterEach, describe, expect, it } from 'vitest';
import { ansibleMissing, ansiblePath, Fixture } from '../ansible-fixture.js';
import type { RunOptions } from './run-options.js';
import { run } from '../run.js';

let fixture: Fixture;
afterEach(() => fixture.remove());

/** Runs `ansible --list-hosts` on an inventory. */
async function listed(inventory: NonNullable<RunOptions['inventory']>) {
  const env = { PATH: ansiblePath, ANSIBLE_NOCOLOR: '1' };
  fixture = await Fixture.make({ 'env/envvars': JSON.stringify(env) });
  const result = await run({
    privateDataDir: fixture.path,
    inventory,
    module: 'ping',
    hostPattern: 'all',
    cmdline: '--list-hosts',
  });
  const text = await result.stdout();
  return {
    status: result.status,
    text,
    hosts: [...text.matchAll(/^ {4}(\S+)\r?$/gm)].map(([, host]) => host),
  };
}

describe.skipIf(ansibleMissing !== undefined)('Ansible (skipped without it) runs', () => {
  it.each([
    [JSON.stringify({ all: { hosts: { a: null, b: null } } }), ['a', 'b']],
    ['localhost ansible_connection=local', ['localhost']],
    ['web1', ['web1']],
    ['web[1:3]', ['web1', 'web2', 'web3']],
    ['web[1:2],db', ['web1', 'web2', 'db']],
    ['a,b', ['a', 'b']],
    ['a, b', ['a', 'b']],
    ['a,b\n', ['a', 'b']],
    ['localhost,', ['localhost']],
    ['[::1]:22,fe80::1', ['::1', 'fe80::1']],
    ['all: {hosts: {a: , b: }}', ['a', 'b']],
    ['[web]\na\nb x=1,2\n', ['a', 'b']],
    [{ web: { hosts: ['a'] }, db: ['b'], _meta: { hostvars: { a: { x: 1 } } } }, ['a', 'b']],
    ['{"web": ["a"], "db": {"hosts": ["b"], "children": ["web"]}}', ['a', 'b']],
    [
      ['a, b', '{"all": {"hosts": {"c": null}}}', 'd x=1,2'],
      ['c', 'd', 'a', 'b'],
    ],
  ])('on the hosts of %j and no others', async (inventory, hosts) => {
    const { hosts: found, status } = await listed(inventory);
    expect([...found].sort()).toEqual([...hosts].sort());
    expect(status).toBe('successful');
  });

  it('nothing, and fails, on the text of an inventory that it can not read', async () => {
    const { status, text } = await listed('all:\n  hosts:\n    - a\n    - b\n');
    expect(status).toBe('failed');
    expect(text).toMatch(/No inventory was parsed/);
  });
});
