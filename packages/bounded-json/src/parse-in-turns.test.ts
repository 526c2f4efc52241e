import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonLimitError, parseBoundedJsonInTurns } from './index.js';
import { MAX_JSON_TOKEN } from './json-limits.js';
import { JsonScan } from './json-scan.js';

/** What the parser makes of a text: its JSON, since `__proto__` can't be told otherwise, or that it is none. */
const parsed = (text: string): string | undefined => {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return undefined;
  }
};

const inTurns = async (text: string, step: number): Promise<string | undefined> => {
  try {
    return JSON.stringify(await parseBoundedJsonInTurns(text, {}, step));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
};

describe('parseBoundedJsonInTurns', () => {
  it('gives what the parser gives, in steps of any size', async () => {
    const json = fc
      .json({ maxDepth: 5 })
      .chain((text) =>
        fc.constantFrom(
          text,
          JSON.stringify(JSON.parse(text), undefined, 2),
          ` [${text},"x",${text}] `,
        ),
      );
    await fc.assert(
      fc.asyncProperty(json, fc.integer({ min: 1, max: 40 }), async (text, step) => {
        expect(await inTurns(text, step)).toBe(parsed(text));
      }),
      { numRuns: 200 },
    );
  });

  it('refuses what the parser refuses', async () => {
    const piece = fc.constantFrom(
      ...[
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        ' ',
        '1',
        '"a"',
        '"a":',
        '"long text"',
        '"b":"\\u0041 \\" \\\\"',
      ],
      ...['[1,2,3,4,5,6]', '{"x":1,"yyyyyy":[2]}', '"__proto__":{"z":1}', '"', '\\', '\u00a0'],
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 14 }),
        fc.constantFrom('[]', '{}', '  '),
        fc.integer({ min: 1, max: 12 }),
        async (pieces, around, step) => {
          const text = `${around.slice(0, 1)}${pieces.join('')}${around.slice(1)}`;
          expect(await inTurns(text, step)).toBe(parsed(text));
        },
      ),
      { numRuns: 3000 },
    );
  });

  it.each([
    '[[1,2,3,4],]',
    '[[1,2,3,4] [1,2,3,4]]',
    '[,[1,2,3,4]]',
    '{"a":[1,2,3,4],}',
    '{"a":[1,2,3,4] "b":[1,2,3,4]}',
    '{[1,2,3,4]}',
    '[1,2,3,4}',
    '{"a":1,"b":2]',
    '[1,2,3,4]]',
    '1[1,2,3,4]',
    '{"a":1[1,2,3,4]}',
    '[1,2,3,4',
    '["no end',
  ])('refuses %s', async (text) => {
    expect(await inTurns(text, 3)).toBeUndefined();
  });

  it('has the limits of the other', async () => {
    const text = `[${'{},'.repeat(200_000)}{}]`;
    await expect(parseBoundedJsonInTurns(text, { maxValues: 1000 })).rejects.toThrow(
      JsonLimitError,
    );
    await expect(parseBoundedJsonInTurns('['.repeat(200_000))).rejects.toThrow(JsonLimitError);
  });

  it('gives long texts as they are, with escapes wherever a step ends', async () => {
    const piece = fc.constantFrom(
      '\\',
      '"',
      '\\'.repeat(7),
      'x'.repeat(45),
      '\n',
      '\u2028',
      '{[',
      ',',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 30 }),
        fc.integer({ min: 1, max: 120 }),
        async (pieces, step) => {
          const long = pieces.join('');
          for (const value of [long, [long, long], { [long]: [1, long], a: long }]) {
            const text = JSON.stringify(value);
            expect(await inTurns(text, step)).toBe(text);
            expect(await inTurns(text.slice(0, -1), step)).toBeUndefined();
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  const longest = MAX_JSON_TOKEN;
  it.each([
    ['a name', (size: number) => `{"${'n'.repeat(size - 2)}":1}`],
    ['a name before an object', (size: number) => `{"${'n'.repeat(size - 2)}":{}}`],
    ['a number', (size: number) => `[1${'0'.repeat(size - 2)}1]`],
    ['blanks in a list', (size: number) => `[${' '.repeat(size)}]`],
    ['blanks before a comma', (size: number) => `[1${' '.repeat(size - 1)},2]`],
    ['blanks behind a name', (size: number) => `{"a"${' '.repeat(size - 2)}:1}`],
    ['blanks behind a text', (size: number) => `["${'x'.repeat(longest)}"${' '.repeat(size)}]`],
    ['blanks before all', (size: number) => `${' '.repeat(size)}{}`],
    ['blanks behind all', (size: number) => `{}${' '.repeat(size)}`],
    ['nothing but a number', (size: number) => '1'.repeat(size)],
  ])('takes %s of what is parsed in a step, and refuses more', async (_, text) => {
    const allowed = text(longest);
    expect(JSON.stringify(await parseBoundedJsonInTurns(allowed))).toBe(
      JSON.stringify(JSON.parse(allowed)),
    );
    await expect(parseBoundedJsonInTurns(text(longest + 1))).rejects.toMatchObject({
      name: 'JsonLimitError',
      code: 'too-long',
      message: 'JSON has a name or number, or blanks, of more than 262144 characters',
    });
  });

  it.each([
    ['"', 'x'],
    ['"', '\\'],
    ['[', ' '],
    ['[', '1'],
  ])('looks at no more than a step of a long %s%s', (begin, long) => {
    const scan = new JsonScan(`${begin}${long.repeat(10_000)}${begin}`);
    scan.advance(1000);
    expect([1000, 1001]).toContain(scan.at);
  });

  it('leaves the event loop to others meanwhile', async () => {
    const text = JSON.stringify({
      stdout: 'line \u001b[0m\n'.repeat(400_000),
      res: Array.from({ length: 100_000 }, (_, index) => ({ name: `n${index}`, list: [1, 2] })),
    });
    let turns = 0;
    let over = false;
    const others = (): void => {
      turns++;
      if (!over) setImmediate(others);
    };
    setImmediate(others);
    expect(JSON.stringify(await parseBoundedJsonInTurns(text))).toBe(text);
    over = true;
    expect(turns).toBeGreaterThan(5);
  });
});
