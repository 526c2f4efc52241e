import { expect, it } from 'vitest';
import { Neighbors } from '../links/neighbors.js';
import { Work } from '../work.js';
import { NodeRoom } from './node-room.js';
import { NodeTable } from './node-table.js';
import type { NextHop } from './node-record.js';

it('looks through a full table once a second for what a neighbor names, and always for a neighbor itself', () => {
  const nodes = new NodeTable();
  const self = nodes.add('self', 0);
  const work = new Work();
  if (self === undefined) throw new Error('no room for the node itself');
  const room = new NodeRoom(self, nodes, new Neighbors(), work, () => undefined);
  const nextHop = { nodeId: 'x' } as NextHop;
  for (let at = 0; nodes.size < 16_384; at++) {
    const record = nodes.add(`n${at}`, 0);
    if (record !== undefined) record.nextHop = nextHop;
  }
  const searched = (now: number, via: string | undefined): boolean => {
    const before = work.units;
    room.add(now, `new at ${now} of ${via ?? 'itself'}`, via);
    return work.units > before;
  };
  expect(searched(0, 'x')).toBe(true);
  for (let at = 1; at < 1000; at++) expect(searched(at, 'x')).toBe(false);
  expect(searched(1000, 'x')).toBe(true);
  expect(searched(1001, undefined)).toBe(true);
});
