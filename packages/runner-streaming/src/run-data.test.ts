import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PortableOptions } from './run-arguments.js';
import { dataAsFiles } from './run-data.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'runner-sent-data-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe('an inventory that travels', () => {
  /** What the options name afterwards, and the files that travel. */
  const sent = async (inventory: NonNullable<PortableOptions['inventory']>) => {
    const { options, files } = await dataAsFiles({ inventory }, root);
    return {
      inventory: options.inventory,
      files: Object.fromEntries(files.map(({ name, bytes }) => [name, String(bytes)])),
      fails: options.envvars?.ANSIBLE_INVENTORY_UNPARSED_FAILED,
    };
  };
  const file = (content: string, name = 'inventory/hosts') => ({
    inventory: name,
    files: { [name]: content },
    fails: 'True',
  });

  it.each([
    '{"all":{"hosts":{"a":null,"b":null}}}',
    'localhost ansible_connection=local',
    'web[1:3]',
    '[web]\na,b\n',
  ])('is a file where it is a text: %j', async (text) => {
    expect(await sent(text)).toEqual(file(text));
  });

  it('is a file with a host a line where it is hosts, for the original knows no others', async () => {
    expect(await sent('a, b')).toEqual(file('a\nb\n'));
    expect(await sent('web1')).toEqual(file('web1\n'));
  });

  it('is a file in the YAML form where it is a mapping', async () => {
    expect(await sent({ web: ['a'], _meta: { hostvars: { a: { x: 1 } } } })).toEqual(
      file('{"web":{"hosts":{"a":{"x":1}}}}', 'inventory/hosts.json'),
    );
    await expect(sent({})).rejects.toThrow(/^inventory: the mapping is empty/);
  });

  it('stays what it is where it names something', async () => {
    await mkdir(join(root, 'inventory'));
    await writeFile(join(root, 'inventory', 'a,b'), '');
    await writeFile(join(root, 'x=1 2'), '');
    const named = { files: {}, fails: undefined };
    for (const inventory of ['a,b', 'x=1 2', '/absolute', '', ['a,b', 'inventory/a,b', 'x,y', 'z']])
      expect(await sent(inventory)).toEqual({ inventory, ...named });
  });

  it('is a file for each text of a list', async () => {
    const { inventory, files } = await sent(['a, b', 'h k=v', 'hosts', 'i k=v']);
    expect(inventory).toEqual([
      'a,b',
      'inventory/hosts',
      'hosts',
      expect.stringMatching(/^inventory\/hosts-[0-9a-f-]{36}$/),
    ]);
    expect(Object.values(files)).toEqual(['h k=v', 'i k=v']);
  });

  it.each([['inventories/prod'], ['inv/a,inv/b'], [' '], [{ web1: { ansible_host: 'x' } }]])(
    'is refused before anything is sent where it is none: %j',
    async (inventory) => {
      await expect(sent(inventory)).rejects.toMatchObject({ code: 'configuration' });
    },
  );
});
