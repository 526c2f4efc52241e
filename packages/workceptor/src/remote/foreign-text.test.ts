import { expect, it } from 'vitest';
import { foreignText, MAX_FOREIGN_TEXT } from './foreign-text.js';

it('leaves what people write, and takes control characters and what is too much away', () => {
  expect(foreignText('exit status 2: größer')).toBe('exit status 2: größer');
  expect(foreignText('a\u001b[2Jb\r\nc\u009bd')).toBe('a [2Jb  c d');
  expect(foreignText('x'.repeat(1_000_000))).toHaveLength(MAX_FOREIGN_TEXT);
});
