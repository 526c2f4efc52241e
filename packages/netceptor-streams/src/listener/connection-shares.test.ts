import { expect, it } from 'vitest';
import { ConnectionShares } from './connection-shares.js';

function fill(shares: ConnectionShares, nodeId: string, via: string): (() => void)[] {
  const held: (() => void)[] = [];
  for (let give = shares.take(nodeId, via); give; give = shares.take(nodeId, via)) held.push(give);
  return held;
}

it('leaves room for other nodes, for those behind other links, and for this one', () => {
  const shares = new ConnectionShares('hub');
  const [first] = [
    fill(shares, 'bad', 'x'),
    fill(shares, 'ghost-1', 'x'),
    fill(shares, 'ghost-2', 'x'),
  ];
  expect(first).toHaveLength(4096);
  expect(fill(shares, 'ghost-3', 'x')).toEqual([]);
  expect(shares.take('good', 'y')).toBeDefined();
  fill(shares, 'bad-too', 'y');
  expect(shares.take('other', 'z')).toBeUndefined();
  expect(fill(shares, 'hub', 'hub')).toHaveLength(512);
  for (const give of first) {
    give();
    give();
  }
  expect(fill(shares, 'good', 'y')).toHaveLength(4095);
});
