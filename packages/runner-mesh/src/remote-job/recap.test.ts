import { expect, it } from 'vitest';
import { recapOf } from './recap.js';

const recap = {
  ...{ changed: {}, dark: {}, failures: {}, ignored: {} },
  ...{ ok: { h1: 2 }, processed: { h1: 1 }, rescued: {}, skipped: {} },
};

it('takes the recap out of the data, and nothing else', () => {
  expect(recapOf({ ...recap, artifact_data: {} })).toEqual(recap);
});

it.each([undefined, null, 'text', {}, { ok: {} }])('finds none in %j', (data) => {
  expect(recapOf(data)).toBeUndefined();
});
