import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inventoryData } from './inventory-data.js';
import { readInventoryText } from './inventory-text.js';

const form = (text: string) => readInventoryText(text).form;

describe('an inventory text is', () => {
  it.each([
    ['a,b', ['a', 'b']],
    ['a, b', ['a', 'b']],
    [' a ,,b,', ['a', 'b']],
    ['localhost,', ['localhost']],
    ['a,\nb\n', ['a', 'b']],
    ['10.0.0.1,web-1.example.org:2222,ä_1', ['10.0.0.1', 'web-1.example.org:2222', 'ä_1']],
    ['fe80::1,[::1]:22,[fe80::1%eth0]', ['fe80::1', '[::1]:22', '[fe80::1%eth0]']],
  ])('hosts: %j', (text, hosts) => {
    expect(readInventoryText(text)).toEqual({ form: 'hosts', hosts });
  });

  it.each([
    '{"all":{"hosts":{"a":null,"b":null}}}',
    'all: {hosts: {a: , b: }}',
    'localhost ansible_connection=local',
    'a x=1,2',
    'a x="1,2"',
    'web[1:3]',
    'a,b:',
    '# a,b',
    '#a,b',
    '-a,b',
    '["a","b"]',
    '[a,b]',
    'a,[b]',
    'a\nb\n',
    'a,b\nc,d',
    '[web]\na,b\n',
  ])('content: %j', (text) => {
    expect(readInventoryText(text)).toEqual({ form: 'content', content: text });
  });

  it('content with a host a line where ranges stand between commas', () => {
    const content = 'web[1:3]\ndb\nrack[a:c]-[01:12:2].example\n';
    expect(readInventoryText('web[1:3], db,rack[a:c]-[01:12:2].example')).toEqual({
      form: 'content',
      content,
    });
  });

  it.each(['', ' ', ',', ' , ', '\n'])('refused when nothing is in it: %j', (text) => {
    expect(() => readInventoryText(text)).toThrow(/is empty/);
  });

  it('refused when paths stand between its commas', () => {
    expect(() => readInventoryText('inv/a,inv/b')).toThrow(/names inv\/a, which is no host/);
  });
});

const host = fc.stringMatching(/^[a-z0-9]([a-z0-9.-]{0,10}[a-z0-9])?$/);
const variables = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.double(), fc.boolean()));
const group = fc.record({ hosts: fc.dictionary(fc.string(), variables), vars: variables });
const inventory = fc.dictionary(fc.string(), group, { minKeys: 1 });
/** The forms of inventories meet in these. */
const near = fc.string({
  unit: fc.constantFrom(
    ...',|:| |\n|[|]|{|}|"|\'|=|#|-|/|.|;|a|1'.split('|'),
    'é',
    '::',
    'a,',
    '[1:3]',
    '{"a":',
    'null',
  ),
});

describe('of any text or mapping', () => {
  it('hosts and blanks between commas are these hosts', () => {
    const blank = fc.constantFrom('', ' ', '\t', '  ');
    fc.assert(
      fc.property(fc.array(fc.tuple(blank, host, blank), { minLength: 1 }), (parts) => {
        const text = `${parts.map((part) => part.join('')).join(',')},`;
        expect(readInventoryText(text)).toEqual({
          form: 'hosts',
          hosts: parts.map(([, name]) => name),
        });
      }),
    );
  });

  it('no mapping in JSON, in one line or many, is hosts', () => {
    fc.assert(
      fc.property(inventory, fc.constantFrom(0, 2), (mapping, indent) => {
        expect(form(JSON.stringify(mapping, undefined, indent))).toBe('content');
      }),
    );
  });

  it('no host with variables is hosts', () => {
    fc.assert(
      fc.property(host, host, fc.string(), (name, variable, value) => {
        expect(form(`${name} ${variable}=${value},`)).toBe('content');
      }),
    );
  });

  it('what is hosts is one word each, and nothing is lost or made up', () => {
    fc.assert(
      fc.property(near, (text) => {
        let read;
        try {
          read = readInventoryText(text);
        } catch (error) {
          expect(error).toMatchObject({ code: 'configuration' });
          return;
        }
        if (read.form === 'hosts') {
          for (const one of read.hosts) expect(one).not.toMatch(/[\s='"{}<>/]|\[\w*:\w*\]/);
          expect(read.hosts.join('')).toBe(text.replace(/[\s,]/g, ''));
        } else if (read.form === 'content' && read.content !== text) {
          expect(read.content.replace(/\s/g, '')).toBe(text.replace(/[\s,]/g, ''));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('is refused where its JSON is nested too deep', () => {
    const deep = '{"a":'.repeat(1001) + '1' + '}'.repeat(1001);
    expect(() => inventoryData(deep, '/pdd')).toThrow(
      /^The inventory {"a":.* can't be read: JSON is nested deeper than 1000 levels\.$/,
    );
  });

  it('is an inventory or refused with a sentence', () => {
    fc.assert(
      fc.property(
        fc.oneof(near, fc.json(), fc.dictionary(fc.string(), fc.jsonValue())),
        (given) => {
          try {
            inventoryData(given, '/pdd');
          } catch (error) {
            expect(error).toMatchObject({ code: 'configuration' });
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
