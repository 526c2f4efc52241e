import { expect, it } from 'vitest';
import { hashNodeId } from '../wire/highway-hash.js';
import { NodeTable } from './node-table.js';

it('tells nodes apart whose hashes share a half, and forgets the right one', () => {
  const pair = ['n34236', 'n50705'] as const;
  const [first, second] = pair.map(hashNodeId);
  expect(first?.low).toBe(second?.low);
  for (const forgotten of pair) {
    const nodes = new NodeTable();
    for (const id of pair) nodes.add(id, 0);
    for (const id of pair) {
      const { high, low } = hashNodeId(id);
      expect(nodes.find(high, low)?.id).toBe(id);
    }
    nodes.delete(new Set([forgotten]));
    for (const id of pair) {
      const { high, low } = hashNodeId(id);
      expect(nodes.find(high, low)?.id).toBe(id === forgotten ? undefined : id);
    }
  }
});
