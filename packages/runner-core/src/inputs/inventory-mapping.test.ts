import { describe, expect, it } from 'vitest';
import { inventoryData } from './inventory-data.js';
import { inventoryJson } from './inventory-mapping.js';

const converted = (mapping: object): unknown => JSON.parse(inventoryJson(JSON.stringify(mapping)));

describe("a dynamic inventory script's output", () => {
  it('becomes groups, with the variables of hosts where these are', () => {
    expect(
      converted({
        web: { hosts: ['a', 'b'], vars: { port: 80 }, children: ['eu', 'us'] },
        eu: ['b'],
        us: { hosts: ['c'] },
        alone: { ansible_host: '10.0.0.1' },
        none: {},
        nothing: null,
        _meta: { hostvars: { a: { x: 1 }, b: { y: { z: [1] } }, unknown: { w: 1 } } },
      }),
    ).toEqual({
      web: {
        hosts: { a: { x: 1 }, b: { y: { z: [1] } } },
        vars: { port: 80 },
        children: { eu: null, us: null },
      },
      eu: { hosts: { b: null } },
      us: { hosts: { c: null } },
      alone: { hosts: { alone: null }, vars: { ansible_host: '10.0.0.1' } },
      none: {},
      nothing: null,
    });
  });

  it('may have groups in the other form beside', () => {
    expect(
      converted({
        web: ['a'],
        all: { hosts: { b: { x: 1 } }, children: { eu: { hosts: ['c'] }, us: null } },
        db: { hosts: 'd' },
        _meta: { hostvars: { b: { x: 2, y: 2 } } },
      }),
    ).toEqual({
      web: { hosts: { a: null } },
      all: {
        hosts: { b: { x: 1, y: 2 } },
        children: { eu: { hosts: { c: null } }, us: null },
      },
      db: { hosts: { d: null } },
    });
  });

  it('keeps numbers as they are written, and names as they are', () => {
    const json =
      '{"web":["a"],"__proto__":{"hosts":["b"]},"_meta":{"hostvars":{"a":{"n":12345678901234567890,"f":1.0,"t":"1.0"}}}}';
    expect(inventoryJson(json)).toBe(
      '{"web":{"hosts":{"a":{"n":12345678901234567890,"f":1.0,"t":"1.0"}}},"__proto__":{"hosts":{"b":null}}}',
    );
  });

  it.each([
    [{ web: { hosts: [1] } }, '"web" is no group, because among its hosts is a number'],
    [{ web: ['a'], db: 'b' }, '"db" is no group, because it is a text'],
    [{ web: { hosts: ['a'], vars: 1 } }, '"web" is no group, because its vars are a number'],
    [
      { web: { hosts: ['a'], children: 7 } },
      '"web" is no group, because its children are a number',
    ],
    [{ web: ['a'], _meta: { hostvars: [] } }, '"_meta" is no group, because its hostvars'],
    [{ web: ['a'], _meta: 3 }, '"_meta" is no group'],
  ])('is refused by name: %j', (mapping, message) => {
    expect(() => converted(mapping)).toThrow(message);
  });
});

describe('a mapping in the YAML form', () => {
  it.each([
    '{"all":{"hosts":{"a":null,"b":{"x":1.0}},"vars":{"y":1},"children":{"web":{"hosts":{"c":{}}}}}}',
    '{"all":{"hosts":"a"},"empty":{},"nothing":null}',
  ])('stays as it is: %s', (json) => {
    expect(inventoryJson(json)).toBe(json);
  });

  it.each([
    [{ web1: { ansible_host: 'x' } }, '"web1" is no group, because it has "ansible_host"'],
    [{ plugin: 'aws_ec2', regions: {} }, '"plugin" is no group, because it is a text'],
    [{ all: { hosts: 3 } }, '"all" is no group, because its hosts are a number'],
    [{ all: { vars: 'x' } }, '"all" is no group, because its vars are a text'],
    [{ all: { children: { web: { a: {} } } } }, '"web" is no group, because it has "a"'],
  ])('is refused by name where Ansible would find no hosts: %j', (mapping, message) => {
    expect(() => converted(mapping)).toThrow(message);
  });
});

describe('a text in JSON', () => {
  const content = (text: string) => inventoryData(text, '/pdd');

  it('is read as a mapping is', () => {
    expect(content('{"web": ["a"]}')).toEqual({
      name: 'hosts',
      content: '{"web":{"hosts":{"a":null}}}',
    });
    const json = '{ "all": { "hosts": { "a": null } } }';
    expect(content(json)).toEqual({ name: 'hosts', content: json });
  });

  it.each(['["a", "b"]', '[a,b]', '[web]', '"a,b c"', '{"web1": {"ansible_host": "x"}}'])(
    'that has no hosts for Ansible is refused: %s',
    (text) => {
      expect(() => content(text)).toThrow(/inventory/);
    },
  );
});

it('an empty mapping is refused, as Ansible would run on a host of the name {}', () => {
  expect(() => inventoryData({}, '/demo')).toThrow(/^inventory: the mapping is empty; it takes/);
});
