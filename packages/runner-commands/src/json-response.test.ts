import fc from 'fast-check';
import { expect, it } from 'vitest';
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
