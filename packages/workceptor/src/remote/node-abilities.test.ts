import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { NodeAbilities } from './node-abilities.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('knows for ten minutes what a node has answered, however often it does', () => {
  const abilities = new NodeAbilities();
  expect(abilities.of('far')).toBeUndefined();
  abilities.note('far', 'original');
  vi.advanceTimersByTime(599_999);
  abilities.note('far', 'original');
  expect(abilities.of('far')).toBe('original');
  vi.advanceTimersByTime(1);
  expect(abilities.of('far')).toBeUndefined();
  abilities.note('far', 'one-connection');
  expect(abilities.of('far')).toBe('one-connection');
  abilities.note('far', 'end-of-stdin');
  expect(abilities.of('far')).toBe('end-of-stdin');
});
