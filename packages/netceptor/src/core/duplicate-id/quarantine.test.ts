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
  const quarantine = new Quarantine();
  const fill = (from: string): number => {
    let count = 0;
    while (quarantine.add(0, update(`${from}-${count}`), from) === 'quarantined') count++;
    return count;
  };
  expect(fill('x')).toBe(768);
  // the last places, and what makes room of x's until both have about the same
  expect(fill('y')).toBe(512);
  expect(quarantine.size).toBe(1024);
  expect(quarantine.get('x-0')).toBeDefined();
  expect(quarantine.get('x-767')).toBeUndefined();
  expect(quarantine.add(0, update('victim'), 'z')).toBe('quarantined');
  expect(quarantine.size).toBe(1024);
  // what waits counts for the neighbor that it came from first, and once
  expect(quarantine.add(1, update('victim', 2n, 2n), 'x')).toBe('quarantined');
  expect(quarantine.add(1, update('victim', 3n), 'z')).toBe('quarantined');
  expect(quarantine.add(1, update('victim', 3n), 'y')).toBe('repeated');
  expect(quarantine.takeDue(2000)).toHaveLength(1023);
  expect(quarantine.take('victim')?.epoch).toBe(3n);
  expect(fill('x')).toBe(768);
});
