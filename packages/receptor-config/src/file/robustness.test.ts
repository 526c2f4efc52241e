import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { actionNames } from '../actions.js';
import { parseCommandLine } from '../help/command-line.js';
import { parseConfigFile } from './config-file.js';
import { checkConfiguration, configure } from './configuration.js';
import { ConfigError } from '../errors.js';
import { validate } from '../checks/validate.js';

function onlyConfigErrors(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.message).not.toMatch(/[\n\r]/);
    expect(error.message.length).toBeLessThan(5_000);
    return error.message;
  }
}

const parsed = (text: string) => onlyConfigErrors(() => validate(parseConfigFile(text, 'x.yml')));

const line = (depth: number): string =>
  `a${depth}: &a${depth} [${`*a${depth - 1}, `.repeat(9)}x]\n`;
const bomb = `- work-python:\n    worktype: w\n    plugin: p\n    function: f\n    config:\n      a0: &a0 [x]\n${[1, 2, 3, 4, 5, 6, 7, 8, 9].map((depth) => `      ${line(depth)}`).join('')}`;

describe('configuration files of any content', () => {
  it.each<[string, string, RegExp]>([
    ['aliases that multiply', bomb, /more than 100000 values/],
    ['an alias to its own list', '- node: {id: &a [*a]}\n', /deep/],
    ['a merge of itself', '- node: &a {<<: [*a, *a]}\n', /deep/],
    ['brackets without end', '['.repeat(50_000), /deep/],
    ['braces without end', '{a: '.repeat(50_000), /deep/],
    ['dashes without end', '- '.repeat(100_000), /deep/],
    ['lists in lists', `- node: {id: ${'['.repeat(40)}${']'.repeat(40)}}`, /deep/],
    ['a long file', `# ${'x'.repeat(2_000_000)}`, /longer than 262144 bytes/],
    ['many aliases', `- &a x\n${'- *a\n'.repeat(40_000)}`, /unknown config type x/],
    ['two documents', '- node: a\n---\n- node: b\n', /multiple documents/],
    ['a long value', `- node: {datadir: [${'x'.repeat(100_000)}]}`, /is not text/],
    [
      'many keys',
      `- node: {${Array.from({ length: 20_000 }, (_, i) => `k${i}: 1`).join(', ')}}`,
      /unknown field/,
    ],
    ['a key of every object', '- node: {__proto__: x}\n', /unknown field name __proto__/],
    ['an action of every object', '- constructor\n', /unknown config type constructor/],
  ])('refuses %s', (_, text, message) => {
    expect(parsed(text)).toMatch(message);
  });

  it('throws nothing but ConfigError for any text', { timeout: 60_000 }, () => {
    const piece = fc.constantFrom(
      ...actionNames.map((name) => `- ${name}`),
      ...[
        'version: 2\n',
        'tcp-peers:',
        'node:',
        ' id: ',
        '- ',
        ': ',
        '\n',
        '\n  ',
        '[',
        ']',
        '{',
        '}',
        ', ',
      ],
      ...[
        '&a ',
        '*a',
        '<<: ',
        '!!binary ',
        '!!set ',
        '? ',
        '"',
        "'",
        '|\n',
        '>\n',
        '#',
        '%YAML 1.2\n---\n',
      ],
      ...[
        '0660',
        '12:30',
        '2030-01-01',
        '.nan',
        '.inf',
        '~',
        'yes',
        '99999999999999999999',
        '\u0000',
        '\t',
      ],
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('')),
          fc.string({ unit: 'binary', maxLength: 60 }),
        ),
        (text) => {
          parsed(text);
        },
      ),
      { numRuns: 1_500 },
    );
  });

  it('throws nothing but ConfigError for any command line', { timeout: 60_000 }, () => {
    const word = fc.oneof(
      fc.constantFrom(
        ...actionNames.map((name) => `--${name}`),
        '--config-v2',
        '-x',
        '--',
        '-',
        '=',
        '',
      ),
      fc.constantFrom(
        'port=1',
        'address=h:1',
        'id=',
        'nodecost={',
        'allowedpeers=[[1]]',
        'config={"a":null}',
      ),
      fc.string({ unit: 'binary', maxLength: 12 }),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), (args) => {
        onlyConfigErrors(() =>
          validate(parseCommandLine(args).parts.filter((part) => 'action' in part)),
        );
        // What configure refuses first is what checkConfiguration lists first.
        if (args.some((arg) => /^--?(c|config)/i.test(arg))) return;
        const first = onlyConfigErrors(() => configure(args, { hostname: 'h' }));
        const [listed] = checkConfiguration(args, { hostname: 'h' });
        expect(listed?.message).toBe(first);
      }),
      { numRuns: 1_000 },
    );
  });
});

it('reads what is wrong throughout without a stack trace for each mistake', () => {
  const limit = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit');
  const set: unknown[] = [];
  let now: unknown = limit?.value;
  Object.defineProperty(Error, 'stackTraceLimit', {
    configurable: true,
    get: () => now,
    set: (value) => set.push((now = value)),
  });
  try {
    expect(() => parseConfigFile('{}'.repeat(1000), 'a.yml')).toThrow(/a\.yml:1: Unexpected/);
  } finally {
    Object.defineProperty(Error, 'stackTraceLimit', limit ?? { value: 10 });
  }
  expect(set.slice(0, 1)).toEqual([0]);
  expect(now).toBe(limit?.value);
});
