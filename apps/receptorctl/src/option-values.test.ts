import { expect, it } from 'vitest';
import { age, states } from './option-values.js';

it.each([
  ['90s', 90_000],
  ['2d', 172_800_000],
  ['1d12h', 129_600_000],
  ['1.5h', 5_400_000],
  ['1w', 604_800_000],
  ['0s', 0],
])('%s is an age', (text, ms) => {
  expect(age(text)).toBe(ms);
});

it.each(['', '2', 'd', '2 d', '2d!', '-2d', '2y', '1h1'])('%j is none', (text) => {
  expect(() => age(text)).toThrow('It must be a time such as');
});

it('takes states in any case, and several', () => {
  expect(states('failed', states('Succeeded,CANCELED'))).toEqual([
    'Succeeded',
    'Canceled',
    'Failed',
  ]);
  expect(() => states('lost')).toThrow('Pending, Running, Succeeded, Failed, Canceled');
});
