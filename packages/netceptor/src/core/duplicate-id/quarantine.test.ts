import { expect, it } from 'vitest';
import { Quarantine } from './quarantine.js';

const update = (nodeId: string, epoch = 2n, sequence = 1n) => ({
  nodeId,
  updateId: `${nodeId} ${epoch}`,
  epoch,
  sequence,
  connections: new Map<string, number>(),
  forwardingNode: 'x',
  suspectedDuplicate: 0n,
});

it('gives no neighbor all of the room, and takes it from the one with the most', () => {
  const held = new Quarantine();
  const fill = (from: string): number => {
    let count = 0;
    while (held.add(0, update(`${from}-${count}`), from) === 'held') count++;
    return count;
  };
  expect(fill('x')).toBe(768);
  // the last places, and what makes room of x's until both have about the same
  expect(fill('y')).toBe(512);
  expect(held.size).toBe(1024);
  expect(held.get('x-0')).toBeDefined();
  expect(held.get('x-767')).toBeUndefined();
  expect(held.add(0, update('victim'), 'z')).toBe('held');
  expect(held.size).toBe(1024);
  // what is held stays so under whoever sends it, and is counted once
  expect(held.add(1, update('victim', 2n, 2n), 'x')).toBe('held');
  expect(held.add(1, update('victim', 3n), 'z')).toBe('held');
  expect(held.add(1, update('victim', 3n), 'y')).toBe('repeated');
  expect(held.takeDue(2000)).toHaveLength(1023);
  expect(held.take('victim')?.epoch).toBe(3n);
  expect(fill('x')).toBe(768);
});
