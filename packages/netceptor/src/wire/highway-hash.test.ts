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
});
