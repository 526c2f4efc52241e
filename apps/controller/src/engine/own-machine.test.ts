import { totalmem } from 'node:os';
import { expect, it } from 'vitest';
import { ownMachine } from './own-machine.js';

it('is what an administrator says, else what the system has', () => {
  const said = (cpu: string, memory: string): unknown =>
    ownMachine({ SYSTEM_TASK_ABS_CPU: cpu, SYSTEM_TASK_ABS_MEM: memory });
  expect(said('4', '16Gi')).toEqual({ cpus: 4, memoryBytes: 16 * 2 ** 30 });
  expect(said('500m', '1500')).toEqual({ cpus: 0.5, memoryBytes: 1_500 });
  const { cpus, memoryBytes } = ownMachine({});
  expect(cpus).toBeGreaterThan(0);
  expect(memoryBytes).toBeGreaterThan(0);
  expect(memoryBytes).toBeLessThanOrEqual(totalmem());
});

it.each(['much', '1e3', '-1', '4x'])('%s is neither CPUs nor memory', (text) => {
  expect(() => ownMachine({ SYSTEM_TASK_ABS_CPU: text })).toThrow('SYSTEM_TASK_ABS_CPU');
  expect(() => ownMachine({ SYSTEM_TASK_ABS_MEM: text })).toThrow('SYSTEM_TASK_ABS_MEM');
});
