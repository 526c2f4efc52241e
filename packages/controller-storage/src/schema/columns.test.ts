import { expect, it } from 'vitest';
import { jsonText } from './columns.js';

it.each([
  ['a NUL', 'a\0b', 'ab'],
  ['the first half of a character', 'a\ud800b', 'a\ufffdb'],
  ['the second half, as Ansible writes a byte that is no UTF-8', 'caf\udce9', 'caf\ufffd'],
  ['a whole character of two halves', 'a😀b', 'a😀b'],
  [
    'text that looks like an escape',
    String.raw`\udce9 \\u0000 \u0000`,
    String.raw`\udce9 \\u0000 \u0000`,
  ],
  ['a backslash before one', '\\\udce9', '\\\ufffd'],
])('%s', (_, given, stored) => {
  expect(JSON.parse(jsonText({ given }))).toEqual({ given: stored });
});
