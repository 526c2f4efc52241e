import { describe, expect, it } from 'vitest';
import { hashNodeId } from './highway-hash.js';

const hex = (text: string): string => {
  const { high, low } = hashNodeId(text);
  return [high, low].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
};

describe('the hash of a node ID', () => {
  it.each([
    ['alpha', '65efb30772de1513'],
    ['beta', '28501aba8f06ebda'],
    ['gamma', '1af04410eea08c29'],
    ['foo', 'ef7a78b67f92bdf7'],
    ['', '7035da75b9d54469'],
  ])('of %j is %s', (nodeId, expected) => {
    expect(hex(nodeId)).toBe(expected);
  });

  it.each([
    [1, '349194c3c6d3a318'],
    [3, '4e89b7daadb86ea3'],
    [4, '5f632261a4c19437'],
    [15, '1eb34914b9e00c55'],
    [16, 'a372c6be1c135f81'],
    [19, '1b6e94e044531dcf'],
    [20, 'f46d9f41e3eef893'],
    [31, '85148f5c7044bcc3'],
    [32, '22c54c070141fdfe'],
    [33, 'fa9a37331caa6ef9'],
    [63, 'd9e3d051f8b12ef0'],
    [100, '8f4395028344bddc'],
    [253, 'e3668634526f6754'],
  ])('of %i bytes is %s', (length, expected) => {
    expect(hex('node-id.example.org/'.repeat(20).slice(0, length))).toBe(expected);
  });
});
