import { expect, it } from 'vitest';
import { Resubmissions } from './resubmissions.js';

it('D22: gives what an earlier attempt has left, until a stdin was complete', () => {
  const known = new Resubmissions();
  expect(known.replace('near/1', 'a')).toBeUndefined();
  expect(known.replace('near/2', 'b')).toBeUndefined();
  expect(known.replace('near/1', 'c')).toBe('a');
  known.settle('near/1', 'a');
  expect(known.replace('near/1', 'd')).toBe('c');
  known.settle('near/1', 'd');
  expect(known.replace('near/1', 'e')).toBeUndefined();
});

it('forgets the oldest beyond its bound', () => {
  const known = new Resubmissions();
  for (let name = 0; name <= 10_000; name += 1) known.replace(String(name), 'x');
  expect(known.replace('0', 'y')).toBeUndefined();
  expect(known.replace('10000', 'y')).toBe('x');
});
