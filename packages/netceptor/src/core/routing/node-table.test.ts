import { expect, it } from 'vitest';
import { hashNodeId } from '../../wire/highway-hash.js';
import { NodeTable } from './node-table.js';
import { UnreachedNodes } from './unreached-nodes.js';

it('distinguishes nodes whose hashes share a half, and forgets the right one', () => {
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

it('gives a neighbor whose nodes have all come into reach no new pace', () => {
  const unreached = new UnreachedNodes();
  const nodes = new NodeTable();
  let at = 0;
  const name = (): number => {
    const named = [];
    while (unreached.mayName('x', 0)) {
      const record = nodes.add(`n${at++}`, 0);
      if (record === undefined) break;
      unreached.add(record, 'x', 0);
      named.push(record);
    }
    for (const record of named) unreached.delete(record, 0);
    return named.length;
  };
  expect(name()).toBe(1124);
  expect(name()).toBe(1024);
});
