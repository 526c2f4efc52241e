import { expect, it } from 'vitest';
import { indentedJson, pythonRepr } from './python-text.js';

it('indents and sorts as json.dumps does', () => {
  expect(indentedJson({ b: [1, 2.5, 10n ** 20n], a: {}, c: [], é: 'ü<👋"\n' })).toBe(
    [
      '{',
      '    "a": {},',
      '    "b": [',
      '        1,',
      '        2.5,',
      '        100000000000000000000',
      '    ],',
      '    "c": [],',
      '    "\\u00e9": "\\u00fc<\\ud83d\\udc4b\\"\\n"',
      '}',
    ].join('\n'),
  );
});

it.each([
  [
    { type: 'Control Service', n: null, t: true },
    "{'type': 'Control Service', 'n': None, 't': True}",
  ],
  ["it's", `"it's"`],
  [`it's "so"`, `'it\\'s "so"'`],
  ['a\\b\tc\u0001', "'a\\\\b\\tc\\x01'"],
  [['x', 1], "['x', 1]"],
])('%j', (value, text) => {
  expect(pythonRepr(value)).toBe(text);
});
