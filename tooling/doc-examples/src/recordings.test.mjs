import { expect, it } from 'vitest';
import { notRecorded } from './recordings.mjs';

it('knows what was recorded from what was not', () => {
  expect(notRecorded('3 []\n')).toEqual([]);
  expect(notRecorded('3 []\n3 ["why"]\n')).toEqual(['3 ["why"]']);
});
