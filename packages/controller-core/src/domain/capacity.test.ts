import { expect, it } from 'vitest';
import { defaultRates, machineCapacity, nodeCapacity, percentRemaining } from './capacity.js';
import { isLost, lostAfterMs } from './lost-nodes.js';

const GIB = 2 ** 30;

// as the original computes them
it.each([
  [4, 4 * GIB, 16, 20],
  [0.5, 3 * GIB, 2, 10],
  [0.1, GIB, 1, 1],
  [0, 0, 1, 1],
  [64, 256 * GIB, 256, 2600],
])('%d CPUs and %d bytes take %d and %d forks', (cpus, memoryBytes, cpuCapacity, memCapacity) => {
  expect(machineCapacity({ cpus, memoryBytes })).toEqual({ cpuCapacity, memCapacity });
});

it('nothing is reserved inside of Kubernetes', () => {
  const rates = { ...defaultRates, reservedBytes: 0 };
  expect(machineCapacity({ cpus: 1, memoryBytes: GIB }, rates).memCapacity).toBe(10);
});

it.each([
  [{ cpus: Number.NaN, memoryBytes: 1 }, /cpus is NaN; allowed is a number of at least 0/],
  [{ cpus: 1, memoryBytes: -1 }, /memoryBytes is -1/],
])('%o is refused', (machine, message) => {
  expect(() => machineCapacity(machine)).toThrow(message);
});

it('rates of nothing are refused', () => {
  const machine = { cpus: 1, memoryBytes: GIB };
  expect(() => machineCapacity(machine, { ...defaultRates, mebibytesPerFork: 0 })).toThrow(
    /mebibytesPerFork is 0/,
  );
});

it('the adjustment chooses between the two bounds, and goes beyond them', () => {
  const node = {
    nodeType: 'execution',
    isEnabled: true,
    cpuCapacity: 16,
    memCapacity: 20,
  } as const;
  const at = (adjustment: number): number => nodeCapacity({ ...node, adjustment });
  expect([0, 0.5, 0.6, 1, 1.5].map(at)).toEqual([16, 18, 18, 20, 22]);
  expect(nodeCapacity({ ...node, adjustment: 1, isEnabled: false })).toBe(0);
  expect(nodeCapacity({ ...node, adjustment: 1, nodeType: 'hop' })).toBe(0);
  expect(() => at(-1)).toThrow(/capacity_adjustment is -1/);
});

it('what remains is shown with two digits', () => {
  expect([percentRemaining(3, 1), percentRemaining(0, 0), percentRemaining(2, 5)]).toEqual([
    66.67, 0, 0,
  ]);
});

it('a node is lost after two heartbeats, and after one advertisement more where it has no others', () => {
  expect([lostAfterMs('control'), lostAfterMs('execution')]).toEqual([120_000, 180_000]);
  expect(isLost({ nodeType: 'hop', lastSeen: 0 }, 180_000)).toBe(false);
  expect(isLost({ nodeType: 'hop', lastSeen: 0 }, 180_001)).toBe(true);
  expect(isLost({ nodeType: 'hybrid' }, 0)).toBe(true);
});
