import { expect, it } from 'vitest';
import { readLifetime, readMeshAddress } from './mesh-address.js';

it('reads addresses with a port, and nothing else', () => {
  expect(readMeshAddress('mesh.example.org:27199')).toEqual({
    host: 'mesh.example.org',
    port: 27199,
  });
  expect(readMeshAddress('[::1]:1')).toEqual({ host: '::1', port: 1 });
  for (const text of ['', '1', 'a', 'a:0', 'a:65536', '::1:5', '[a]:5', 'a b:5', 'a:5x'])
    expect(readMeshAddress(text), text).toBeUndefined();
});

it('reads lifetimes', () => {
  expect([
    readLifetime('90s'),
    readLifetime('30m'),
    readLifetime('1h'),
    readLifetime('2d'),
  ]).toEqual([90_000, 1_800_000, 3_600_000, 172_800_000]);
  for (const text of ['', '0h', '1', 'h', '-1h', '1.5h'])
    expect(readLifetime(text), text).toBeUndefined();
});
