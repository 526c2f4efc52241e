import { expect, it } from 'vitest';
import { hostPort, isLoopback, plainAddress } from './address.js';

it('addresses are written as people write them', () => {
  expect(hostPort('::1', 1)).toBe('[::1]:1');
  expect(hostPort('[::1]', 1)).toBe('[::1]:1');
  expect(hostPort('mesh.example', 1)).toBe('mesh.example:1');
  expect(plainAddress('::ffff:192.0.2.1')).toBe('192.0.2.1');
  expect(isLoopback('::ffff:127.0.0.1')).toBe(true);
  for (const host of ['localhost', 'LOCALHOST.', '[::1]']) expect(isLoopback(host)).toBe(true);
  for (const host of ['0.0.0.0', '', 'localhost.example.org']) expect(isLoopback(host)).toBe(false);
});
