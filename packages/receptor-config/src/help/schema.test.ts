import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { actionNames, specOf } from '../actions.js';
import { parseConfigFile } from '../file/config-file.js';
import { ConfigError } from '../errors.js';
import { isSingleInV2, v2Keys } from '../file/map-form.js';
import { configurationSchema } from './schema.js';
import { validate } from '../checks/validate.js';

const fits = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(configurationSchema());

/** Whether the parser takes a document, apart from what concerns several actions. */
function accepted(document: unknown): boolean {
  try {
    for (const item of parseConfigFile(stringify(document, { version: '1.1' }), 'x.yml')) {
      validate([item]);
    }
    return true;
  } catch (error) {
    if (error instanceof ConfigError) return false;
    throw error;
  }
}

/** Values that fit some field, and some that fit none. */
const value = fc.oneof(
  fc.constantFrom<unknown>(
    ...['h:1', ':80', '[::1]:2', '2222', '0660', '0x10', '-1', '', 'yes', 'F', 'tRUE', 'Debug'],
    ...[
      '1m30s',
      '21s',
      '1.5h',
      'ws://h/p',
      'WSS://h',
      'k:v',
      '/',
      '10.0.0.0/30',
      'runtime',
      'Logger',
    ],
    ...['2030-01-02T03:04:05Z', '{"a":1}', '["a"]', '[', '{', 'aa'.repeat(32)],
    ...[0, 1, 2.5, -1, 80, 511, 512, 777, 65_535, 65_536, 1e21, true, false, null],
    ...[
      [],
      ['a', 1],
      [null],
      {},
      { a: 1 },
      { a: '2' },
      { a: 0 },
      [{ action: 'drop' }],
      [{ x: 'y' }],
    ],
  ),
  fc.string({ maxLength: 8 }),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

const fieldsFor = (name: (typeof actionNames)[number]): fc.Arbitrary<Record<string, unknown>> => {
  const keys = Object.entries(specOf(name).fields);
  const entries = keys.map(([key, { required }]) => [
    key,
    required ? value : fc.option(value, { nil: undefined, freq: 1 }),
  ]);
  return fc
    .record(Object.fromEntries(entries) as Record<string, fc.Arbitrary<unknown>>)
    .map((fields) =>
      Object.fromEntries(Object.entries(fields).filter(([, each]) => each !== undefined)),
    );
};

const listItem = fc.constantFrom(...actionNames).chain((name) =>
  fc.oneof(
    fc.constant<unknown>(name),
    fieldsFor(name).map((fields) => ({ [name]: fields })),
    value.map((bare) => ({ [name]: bare })),
  ),
);

const mapEntry = fc.constantFrom(...v2Keys).chain(([key, name]) => {
  const fields = fieldsFor(name);
  return fc
    .oneof<fc.Arbitrary<unknown>[]>(
      isSingleInV2(name) ? fields : fc.array(fields, { maxLength: 2 }),
      value,
    )
    .map((each) => [key, each] as const);
});
const mapForm = fc
  .array(mapEntry, { maxLength: 3 })
  .map((entries): unknown => ({ version: 2, ...Object.fromEntries(entries) }));

describe('the JSON Schema', () => {
  it.each<[string, unknown]>([
    ['an empty list', []],
    [
      'a list',
      [
        'local-only',
        { node: 'a' },
        { node: { id: 7, maxidleconnectiontimeout: '30s' } },
        { 'log-level': 'Debug' },
        { 'tcp-listener': 2222 },
        { 'tcp-peer': { address: 'h:1', redial: 'no', cost: '2.5', allowedpeers: 'x' } },
        { trace: null },
      ],
    ],
    [
      'the v2 form',
      { version: 2, node: { id: 'a' }, 'tcp-peers': [{ address: 'h:1' }], trace: null },
    ],
  ])('takes %s', (_, document) => {
    expect(fits(document)).toBe(true);
    expect(accepted(document)).toBe(true);
  });

  it.each<[string, unknown]>([
    ['an unknown action', [{ 'tcp-pear': 'x' }]],
    ['an unknown field', [{ node: { name: 'x' } }]],
    ['two actions in an item', [{ node: 'a', trace: null }]],
    ['a missing field', [{ 'tcp-client': { service: 'x' } }]],
    ['an action without its field', ['tcp-peer']],
    ['a bad port', [{ 'tcp-listener': { port: 70_000 } }]],
    ['a bad cost', [{ 'tcp-peer': { address: 'h:1', cost: 0 } }]],
    ['a bad level', [{ 'log-level': 'warn' }]],
    ['a bare value where none goes', [{ trace: 'x' }]],
    ['a text', 'x'],
    ['a map without version', { node: { id: 'a' } }],
    ['another version', { version: 3 }],
    ['the singular in v2', { version: 2, 'tcp-peer': [] }],
    ['a map for a list in v2', { version: 2, 'tcp-peers': {} }],
  ])('refuses %s, as the parser does', (_, document) => {
    expect(fits(document)).toBe(false);
    expect(accepted(document)).toBe(false);
  });

  it('refuses nothing that the parser takes', { timeout: 60_000 }, () => {
    let taken = 0;
    fc.assert(
      fc.property(
        fc.oneof(
          listItem.map((item): unknown => [item]),
          mapForm,
        ),
        (document) => {
          if (!accepted(document)) return;
          taken += 1;
          expect(fits(document), JSON.stringify(fits.errors)).toBe(true);
        },
      ),
      { numRuns: 1_500 },
    );
    expect(taken).toBeGreaterThan(50);
  });
});
