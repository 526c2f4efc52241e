import type { ChildProcess } from 'node:child_process';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { SupervisorLauncher } from './supervisor-launcher.js';

vi.mock(import('node:child_process'), async (original) => {
  const actual = await original();
  // as at the limit of open files: neither pipes nor a process, and the error comes later
  const spawn = (file: string): ChildProcess => {
    const child = new actual.ChildProcess();
    process.nextTick(() => child.emit('error', new Error(`spawn ${file} EMFILE`)));
    return child;
  };
  return { ...actual, spawn: spawn as typeof actual.spawn };
});

it('where no more files can be opened each supervisor is left to the caller, and the process goes on', async () => {
  const launcher = new SupervisorLauncher();
  for (let at = 1; at < 20; at += 1) expect(launcher.launch('/nowhere')).toBe(false);
  // an error that nobody has taken would end it in this turn
  await turn();
  expect(launcher.pid).toBeUndefined();
});
