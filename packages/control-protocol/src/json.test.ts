import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareBytes, encodeJson, parseJson, sortKeys, type JsonValue } from './json.js';

describe('encodeJson', () => {
  it('writes compact JSON with the escapes of the protocol', () => {
    expect(encodeJson({ b: '<a&b>\u2028', a: [1, 2n ** 63n, null, true], c: undefined })).toBe(
      '{"b":"\\u003ca\\u0026b\\u003e\\u2028","a":[1,9223372036854775808,null,true]}',
    );
  });

  it('keeps the order of a map, whatever its keys', () => {
    expect(encodeJson(sortKeys({ b: 1, '10': 2, '9': 3, é: 4, z: 5 }))).toBe(
      '{"10":2,"9":3,"b":1,"z":5,"é":4}',
    );
  });

  it('is read back by JSON.parse', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = encodeJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe('parseJson', () => {
  it('keeps integers exact', () => {
    expect(parseJson('[9007199254740991,9007199254740993,-9007199254740993,1.5,1e3]')).toEqual([
      9007199254740991,
      9007199254740993n,
      -9007199254740993n,
      1.5,
      1000,
    ]);
  });

  it('refuses what is not JSON', () => {
    expect(() => parseJson('{bad')).toThrow(SyntaxError);
  });
});

it('compareBytes orders by UTF-8', () => {
  // U+FFFF sorts before U+10000 in bytes, and after it in UTF-16
  expect(['\u{10000}', '\uffff', 'b', 'a', ''].sort(compareBytes)).toEqual([
    '',
    'a',
    'b',
    '\uffff',
    '\u{10000}',
  ]);
});

describe('integers beyond 2^53', () => {
  it('stay exact wherever they stand, and text is no integer', () => {
    for (const text of [
      '{"a":"1234567890123456789","b":18446744073709551615}',
      '{"18446744073709551615":[-9007199254740993]}',
      '{"a\\\\":"\\"","b":[1.5,12345678901234567]}',
    ]) {
      expect(encodeJson(parseJson(text))).toBe(text);
    }
    const floats = `[${'0.12345678901234567,'.repeat(20_000)}1]`;
    expect(parseJson(floats)).toHaveLength(20_001);
    const long = `{"a":"${'12345678901234567890'.repeat(50_000)}"}`;
    expect(encodeJson(parseJson(long))).toBe(long);
    expect(() => parseJson(`{"a":"${'x'.repeat(300_000)}","b":18446744073709551615}`)).toThrow(
      'allowed are 262144 characters with integers beyond 2^53 - 1',
    );
  });
});

describe('both parsers', () => {
  /** Members of objects in a list each, so that names can come twice. */
  const { value } = fc.letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      fc.json({ maxDepth: 0 }),
      fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(' ,')}]`),
      fc
        .array(fc.tuple(fc.constantFrom('a', 'b', '__proto__', '1', '\u2028', ''), tie('value')), {
          maxLength: 6,
        })
        .map((members) => {
          const written = members.map(([name, member]) => `${JSON.stringify(name)}: ${member}`);
          return `{${written.join(',')}}`;
        }),
    ),
  }));

  it('agree on every text, and on names that come twice', () => {
    fc.assert(
      fc.property(value, (text) => {
        const [exact, integer] = parseJson(`[${text},12345678901234567890]`) as [JsonValue, bigint];
        expect(integer).toBe(12345678901234567890n);
        expect(exact).toEqual(parseJson(text));
        expect(Object.keys(Object(exact) as object)).toEqual(
          Object.keys(Object(parseJson(text)) as object),
        );
      }),
      { numRuns: 500 },
    );
  });

  it.each(['{"a":1,"a":2,"n":12345678901234567890}', '{"a":1,"a":2,"n":1}'])(
    'let the last of two members count: %s',
    (text) => {
      expect(parseJson(text)).toMatchObject({ a: 2 });
    },
  );

  it('let it count when it is an integer that only one of them keeps', () => {
    expect(parseJson('{"a":12345678901234567890,"a":12345678901234567891}')).toEqual({
      a: 12345678901234567891n,
    });
  });
});
