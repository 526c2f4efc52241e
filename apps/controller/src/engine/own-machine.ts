import type { Machine } from '@receptorjs/controller-core';
import { availableParallelism, totalmem } from 'node:os';
import { cpuQuota } from './cpu-quota.js';

/** Bytes by the suffixes that Kubernetes has for them. */
const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  ...{ k: 1e3, M: 1e6, G: 1e9, T: 1e12 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 },
};

/**
 * The machine of this controller, as far as control groups leave it to this process, or as an administrator says by `SYSTEM_TASK_ABS_CPU` (such as `4` or `500m`) and
 * `SYSTEM_TASK_ABS_MEM` (such as `16Gi`).
 *
 * @throws {Error} with a sentence for one of these that is none
 */
export function ownMachine(env: NodeJS.ProcessEnv): Machine {
  const { SYSTEM_TASK_ABS_CPU: cpus = '', SYSTEM_TASK_ABS_MEM: memory = '' } = env;
  return {
    cpus: cpus === '' ? ownCpus() : cpusOf(cpus),
    memoryBytes: memory === '' ? ownMemory() : bytesOf(memory),
  };
}

const ownCpus = (): number => Math.min(availableParallelism(), cpuQuota() ?? Infinity);

function ownMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

function cpusOf(text: string): number {
  const [, number, milli] = /^(\d+(?:\.\d+)?)(m?)$/.exec(text) ?? [];
  if (number !== undefined) return Number(number) / (milli === 'm' ? 1000 : 1);
  throw new Error(`SYSTEM_TASK_ABS_CPU is ${text}; allowed are CPUs, as 4, 1.5 or 500m`);
}

function bytesOf(text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(text) ?? [];
  const factor = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
  if (number !== undefined && factor !== undefined) return Math.floor(Number(number) * factor);
  throw new Error(`SYSTEM_TASK_ABS_MEM is ${text}; allowed are bytes, as 17179869184, 16Gi or 16G`);
}
