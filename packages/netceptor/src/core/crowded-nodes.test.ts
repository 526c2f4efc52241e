import { expect, it } from 'vitest';
import { crowdedNodes, type Crowd } from './crowded-nodes.js';
import { NodeRecord } from './routing/node-record.js';

const reached = (id: string, at: number): NodeRecord => {
  const record = new NodeRecord(id, at);
  record.reachedAt = at;
  return record;
};
/** Nodes called by the neighbor over which they are reached; `?` for those that are lost. */
const ask = (ids: readonly string[], rest: Partial<Crowd>): string[] =>
  crowdedNodes({
    nodes: ids.map((id, at) => reached(id, at)),
    via: ({ id }) => (id.startsWith('?') ? undefined : id[0]),
    isKept: () => false,
    size: () => 1,
    needed: 1,
    forVia: 'z',
    ...rest,
  }).map(({ id }) => id);

const many = (via: string, count: number): string[] =>
  Array.from({ length: count }, (_, at) => `${via}${at}`);

it('takes the newest of the neighbor with the most, and those that are lost first', () => {
  const ids = [...many('x', 40), ...many('y', 30)];
  expect(ask(ids, {})).toEqual(['x39', 'x38']);
  expect(ask([...ids, '?1', '?2'], {})).toEqual(['?2']);
  expect(ask(ids, { isKept: ({ id }) => id === 'x39' })).toEqual(['x38', 'x37']);
});

it('takes nothing for the one with the most, and for a neighbor itself from any other', () => {
  const ids = [...many('x', 40), ...many('y', 40)];
  expect(ask(ids, { forVia: 'x' })).toEqual([]);
  expect(ask(ids, { forVia: undefined })).toHaveLength(2);
});

it('takes as much room as is needed, or nothing', () => {
  const ids = [...many('x', 8), ...many('y', 3)];
  expect(ask(ids, { size: ({ id }) => (id === 'x7' ? 1 : 10), needed: 25 })).toEqual([
    'x7',
    'x6',
    'x5',
    'x4',
  ]);
  expect(ask(ids, { needed: 100 })).toEqual([]);
});
