import { expect, it } from 'vitest';
import { waitingSentence } from './not-started.js';

it.each([
  ['far', "far can't be reached yet; unit u1 starts when it can (--ttl limits the wait)"],
  [
    'fra',
    'fra is not known in the mesh (did you mean far?); unit u1 starts when it can (--ttl limits the wait)',
  ],
  ['moon', 'moon is not known in the mesh; unit u1 starts when it can (--ttl limits the wait)'],
])('says what a unit for %s waits for', (node, sentence) => {
  expect(waitingSentence({ unitId: 'u1', node }, ['near', 'far', 'far'])).toBe(sentence);
});
