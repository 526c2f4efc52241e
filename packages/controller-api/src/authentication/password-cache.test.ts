import { expect, it } from 'vitest';
import { PasswordCache } from './password-cache.js';

it('knows a password that was right, for five minutes and for that hash alone', () => {
  let now = 0;
  const cache = new PasswordCache(() => now);
  expect(cache.has('right', 'hash')).toBe(false);
  cache.add('right', 'hash');
  now = 299_999;
  expect(cache.has('right', 'hash')).toBe(true);
  expect(cache.has('wrong', 'hash')).toBe(false);
  expect(cache.has('right', 'hash of another')).toBe(false);
  now = 300_000;
  expect(cache.has('right', 'hash')).toBe(false);
});

it('keeps a thousand, and the newest of them', () => {
  const cache = new PasswordCache(() => 0);
  for (let at = 0; at <= 1_000; at += 1) cache.add('right', `hash ${at}`);
  expect(cache.has('right', 'hash 0')).toBe(false);
  expect(cache.has('right', 'hash 1')).toBe(true);
  expect(cache.has('right', 'hash 1000')).toBe(true);
});
