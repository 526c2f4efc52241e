import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { readJsonObject } from './json-response.js';

it('finds the object amid warnings before and after it, braces in them included', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue()),
      fc.array(fc.stringMatching(/^[^{\n\r]*$/)),
      fc.array(fc.constantFrom('[WARNING]: x', '{ not json', '[WARNING]: {a} b', '')),
      fc.constantFrom(undefined, 4),
      (object, before, warnings, indent) => {
        const text = [...before, ...warnings, JSON.stringify(object, undefined, indent)].join('\n');
        expect(readJsonObject(text)).toEqual(JSON.parse(JSON.stringify(object)));
      },
    ),
  );
  expect(readJsonObject('[WARNING]: a\n{\n  "x": {"y": 1}\n}\n[WARNING]: b {c}\n')).toEqual({
    x: { y: 1 },
  });
});

it('says what stands there instead', () => {
  for (const text of ['', 'nothing', '{ "a": ', '[1]'])
    expect(() => readJsonObject(text)).toThrow(/holds no JSON object/);
});

it('looks in vain for so long only, and takes no more than may be nested', () => {
  const deep = '{"a":\n'.repeat(1001) + '1' + '}'.repeat(1001);
  expect(() => readJsonObject(deep)).toThrow(/holds no JSON object/);
  // Each of these beginnings is read to the end of the text.
  const beginnings = '{"a":\n'.repeat(900) + `"${'x'.repeat(1024 * 1024)}`;
  const parse = vi.spyOn(JSON, 'parse');
  expect(() => readJsonObject(beginnings)).toThrow(/holds no JSON object/);
  expect(parse.mock.calls.length).toBeLessThan(20);
  parse.mockRestore();
  // Blanks are looked at once: a start of a line leads no further than its end.
  expect(() => readJsonObject('\n'.repeat(2_000_000))).toThrow(/holds no JSON object/);
});
