import { DomainError } from './domain-error.js';
import type { NodeType } from './instance.js';

/** How much of a machine a fork of a job takes. */
export interface CapacityRates {
  /** Default: 4. */
  readonly forksPerCpu: number;
  /** MiB of a fork. Default: 100. */
  readonly mebibytesPerFork: number;
  /** Bytes that are left to everything else. Default: 2 GiB. */
  readonly reservedBytes: number;
}

const MEBIBYTE = 2 ** 20;

/** As the original's, outside of Kubernetes; inside, nothing is reserved. */
export const defaultRates: CapacityRates = {
  forksPerCpu: 4,
  mebibytesPerFork: 100,
  reservedBytes: 2 * 2 ** 30,
};

/** What a node offers. */
export interface Machine {
  /** May be a part of one, where a cgroup limits them. */
  readonly cpus: number;
  readonly memoryBytes: number;
}

/** How many forks a machine takes, by each of its bounds. */
export interface MachineCapacity {
  readonly cpuCapacity: number;
  readonly memCapacity: number;
}

/**
 * How many forks a machine takes: at least one, however small it is.
 *
 * @throws {DomainError} `out-of-range` for a number that is none, or is below zero
 */
export function machineCapacity(
  machine: Machine,
  rates: CapacityRates = defaultRates,
): MachineCapacity {
  const { cpus, memoryBytes } = machine;
  const { forksPerCpu, mebibytesPerFork, reservedBytes } = rates;
  for (const [name, value] of Object.entries({ ...machine, ...rates })) checkNumber(name, value);
  if (mebibytesPerFork === 0) {
    throw new DomainError('out-of-range', 'mebibytesPerFork is 0; allowed is more than 0');
  }
  const mebibytes = Math.floor((memoryBytes - reservedBytes) / MEBIBYTE);
  return {
    cpuCapacity: Math.max(1, Math.floor(cpus * forksPerCpu)),
    memCapacity: Math.max(1, Math.floor(mebibytes / mebibytesPerFork)),
  };
}

/** What the capacity of a node follows from. */
export interface NodeCapacity extends MachineCapacity {
  readonly nodeType: NodeType;
  readonly isEnabled: boolean;
  /** 0 for the smaller of the two bounds, 1 for the larger one; more goes beyond it. */
  readonly adjustment: number;
}

/**
 * How many forks a node takes; none where it is disabled or a hop.
 *
 * @throws {DomainError} `out-of-range` for an adjustment that is no number of at least 0
 */
export function nodeCapacity(node: NodeCapacity): number {
  const { nodeType, isEnabled, adjustment, cpuCapacity, memCapacity } = node;
  checkNumber('capacity_adjustment', adjustment);
  if (nodeType === 'hop' || !isEnabled) return 0;
  const least = Math.min(cpuCapacity, memCapacity);
  const most = Math.max(cpuCapacity, memCapacity);
  return Math.trunc(least + (most - least) * adjustment);
}

/** Per cent of a capacity that is left, with two digits; 0 where there is none. */
export function percentRemaining(capacity: number, consumed: number): number {
  if (capacity === 0 || consumed >= capacity) return 0;
  return Math.round((100 * 100 * (capacity - consumed)) / capacity) / 100;
}

function checkNumber(name: string, value: number): void {
  if (Number.isFinite(value) && value >= 0) return;
  throw new DomainError('out-of-range', `${name} is ${value}; allowed is a number of at least 0`);
}
