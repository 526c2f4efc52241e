import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertBoundedJson, JsonLimitError, parseBoundedJson, type JsonLimits } from './index.js';

const nested = (depth: number, inner = '1'): string =>
  `${'[{"a":'.repeat(depth / 2)}${inner}${'}]'.repeat(depth / 2)}`;

const refusal = (text: string, limits?: JsonLimits): string | undefined => {
  try {
    parseBoundedJson(text, limits);
    return undefined;
  } catch (error) {
    if (error instanceof JsonLimitError) return error.code;
    throw error;
  }
};

describe('parseBoundedJson', () => {
  it('takes a text up to its limits and none beyond', () => {
    expect(refusal(nested(1000))).toBeUndefined();
    expect(refusal(nested(1002))).toBe('too-deep');
    expect(refusal(nested(4), { maxDepth: 4 })).toBeUndefined();
    expect(refusal(nested(4), { maxDepth: 3 })).toBe('too-deep');
    const flat = `[${'{},'.repeat(9)}{}]`;
    expect(refusal(flat, { maxValues: 30 })).toBeUndefined();
    expect(refusal(flat, { maxValues: 10 })).toBe('too-many-values');
  });

  it('takes brackets in texts for text, whatever stands before their quotes', () => {
    for (const filler of ['', 'x'.repeat(46), 'x'.repeat(47), 'x'.repeat(48), 'x'.repeat(100)])
      for (const end of ['', '\\"', '\\\\', '\\\\\\"', '\\n'])
        expect(
          refusal(`{"${filler}${end}": "${filler}[[[[${filler}${end}", "b": [[{}]]}`, {
            maxDepth: 4,
          }),
          filler + end,
        ).toBeUndefined();
  });

  it('refuses 10 MB of brackets at once, closed or not', () => {
    expect(refusal('['.repeat(5e6) + ']'.repeat(5e6))).toBe('too-deep');
    expect(refusal('{"a":'.repeat(2e6))).toBe('too-deep');
  });

  it('leaves what is no JSON to the parser', () => {
    for (const text of ['', '{', '"', `"${'['.repeat(2000)}`, `]]${'x'.repeat(1100)}`])
      expect(() => parseBoundedJson(text), text).toThrow(SyntaxError);
  });

  it('checks any value as counting its levels does', () => {
    const depthOf = (value: unknown): number =>
      typeof value === 'object' && value !== null
        ? 1 + Object.values(value).reduce((most: number, it) => Math.max(most, depthOf(it)), 0)
        : 0;
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), fc.integer({ min: 0, max: 7 }), (text, maxDepth) => {
        const tooDeep = depthOf(JSON.parse(text)) > maxDepth;
        expect(refusal(text, { maxDepth })).toBe(tooDeep ? 'too-deep' : undefined);
      }),
    );
  });

  it('checks whatever is no JSON as taking out its texts does', () => {
    const piece = fc.constantFrom('"', '\\', '[', ']', '{', '}', ',', 'x', 'x'.repeat(47));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const text = pieces.join('');
        const bare = text.replace(/"(?:[^"\\]|\\.)*(?:"|$|\\$)/gs, '');
        let [depth, values, expected] = [0, 1, 'bounded'];
        for (const one of bare) {
          if ('[{,'.includes(one)) values++;
          if ('[{'.includes(one)) depth++;
          if (']}'.includes(one)) depth--;
          if (depth > 5) expected = 'too-deep';
          else if (values > 20) expected = 'too-many-values';
          if (expected !== 'bounded') break;
        }
        const checked = (): string => {
          try {
            assertBoundedJson(text, { maxDepth: 5, maxValues: 20 });
            return 'bounded';
          } catch (error) {
            return error instanceof JsonLimitError ? error.code : String(error);
          }
        };
        expect(checked()).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });
});
