import { expect, it } from 'vitest';
import { errorText } from './error-text.js';

it.each([
  [new TypeError('no route'), 'no route'],
  ['text', 'text'],
  [undefined, 'undefined'],
  [{ toString: (): string => 'own' }, 'own'],
])('gives the text of %o', (error, text) => {
  expect(errorText(error)).toBe(text);
});
