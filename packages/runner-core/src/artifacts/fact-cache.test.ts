import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FactCacheFolder } from './fact-cache.js';

let root: string;
let cache: FactCacheFolder;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'runner-facts-'));
  cache = new FactCacheFolder(root);
});
afterEach(() => rm(root, { recursive: true, force: true }));

const put = (name: string, content: object) => writeFile(join(root, name), JSON.stringify(content));
const payload = (facts: object) => ({ __payload__: JSON.stringify(facts) });
/** A value with what newer versions of Ansible note about it. */
const tagged = (type: string, value: unknown) => ({
  value,
  tags: [{ path: '/p.yml', line_num: 4, col_num: 26, __ansible_type: 'Origin' }],
  __ansible_type: `_AnsibleTagged${type}`,
});

describe('facts of a host', () => {
  it('are read as older versions write them', async () => {
    await put('h1', { a: 1, nested: { value: 2, tags: [] } });
    expect(await cache.read('h1')).toEqual({ a: 1, nested: { value: 2, tags: [] } });
    expect(await cache.read('h2')).toEqual({});
    expect(await new FactCacheFolder(join(root, 'none')).read('h1')).toEqual({});
  });

  it('are read as newer versions write them, in plain values', async () => {
    const date = { iso8601: '2024-01-02', __ansible_type: 'AnsibleSerializableDate' };
    const time = { iso8601: '2024-01-02T03:04:05', fold: 0 };
    await put(
      's1_h1',
      payload({
        plain: ['x', 1, null, true, { value: 1, tags: [] }],
        text: tagged('Str', 'red'),
        numbers: tagged('List', [tagged('Int', 5), tagged('Float', 1.5)]),
        mapping: tagged('Dict', { a: tagged('Str', 'b'), c: { value: 'd' } }),
        date: tagged('Date', date),
        time: { ...time, __ansible_type: 'AnsibleSerializableDateTime' },
        secret: { ciphertext: '$ANSIBLE_VAULT;1.1;AES256\n61', __ansible_type: 'EncryptedString' },
        other: { msg: tagged('Str', 'm'), __ansible_type: 'Event' },
      }),
    );
    expect(await cache.read('h1')).toEqual({
      plain: ['x', 1, null, true, { value: 1, tags: [] }],
      text: 'red',
      numbers: [5, 1.5],
      mapping: { a: 'b', c: { value: 'd' } },
      date: '2024-01-02',
      time: '2024-01-02T03:04:05',
      secret: { __ansible_vault: '$ANSIBLE_VAULT;1.1;AES256\n61' },
      other: { msg: 'm' },
    });
  });

  it('of several versions are the latest', async () => {
    await put('h1', { by: 'older' });
    await put('s1_h1', payload({ by: 'newer' }));
    await utimes(join(root, 'h1'), 1000, 1000);
    expect(await cache.read('h1')).toEqual({ by: 'newer' });
    await utimes(join(root, 's1_h1'), 500, 500);
    expect(await cache.read('h1')).toEqual({ by: 'older' });
  });

  it('are not those of a host that is called as a file of another is', async () => {
    await put('s1_h1', payload({ of: 'h1' }));
    expect(await cache.read('s1_h1')).toEqual({});
    await put('s1_h2', { of: 's1_h2' });
    expect(await cache.read('h2')).toEqual({});
    expect(await cache.read('s1_h2')).toEqual({ of: 's1_h2' });
  });

  it('whose schema is not known are refused, not passed over', async () => {
    await put('s7_h1', payload({ a: 1 }));
    await expect(cache.read('h1')).rejects.toThrow(/have the schema 7, which is not known; 1 is/);
    await put('s1_h2', { __payload__: { a: 1 } });
    await expect(cache.read('h2')).rejects.toThrow(/its __payload__ is no text/);
  });

  it('whose name can not be that of a file are found as the newest version keeps them', async () => {
    // The first 12 digits of the SHA-256 of "s1_a/b".
    await put('7c0c47a5cac8', payload({ of: 'a/b' }));
    expect(await cache.read('a/b')).toEqual({ of: 'a/b' });
    await cache.write('a/b', { again: true });
    expect(JSON.parse(await readFile(join(root, '7c0c47a5cac8'), 'utf8'))).toEqual(
      payload({ again: true }),
    );
    expect(await cache.read('../x')).toEqual({});
  });

  it.each(['', 'a\0b'])('need a name: %j', async (host) => {
    await expect(cache.read(host)).rejects.toMatchObject({ code: 'configuration' });
    await expect(cache.write(host, {})).rejects.toMatchObject({ code: 'configuration' });
  });
});

describe('facts that are written', () => {
  const written = async () => (await readdir(root)).sort();

  it('are in both forms where nothing says which one is read', async () => {
    await cache.write('h1', { a: 1 });
    expect(await written()).toEqual(['h1', 's1_h1']);
    expect(await readFile(join(root, 'h1'), 'utf8')).toBe('{"a":1}');
    expect(await readFile(join(root, 's1_h1'), 'utf8')).toBe('{"__payload__":"{\\"a\\":1}"}');
    for (const name of ['h1', 's1_h1'])
      expect((await stat(join(root, name))).mode & 0o777).toBe(0o600);
    expect(await cache.read('h1')).toEqual({ a: 1 });
  });

  it('have the form of the others', async () => {
    await put('h0', {});
    await cache.write('h1', { a: 1 });
    expect(await written()).toEqual(['h0', 'h1']);
    await put('s1_h0', payload({}));
    await cache.write('h2', { a: 1 });
    expect(await written()).toEqual(['h0', 'h1', 's1_h0', 's1_h2']);
  });
});
