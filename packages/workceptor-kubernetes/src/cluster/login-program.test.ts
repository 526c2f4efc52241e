import type { ChildProcess } from 'node:child_process';
import { expect, it, vi } from 'vitest';
import { runLoginProgram } from './login-program.js';

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

it('a program that can not be started, for no more files can be opened, is an error and not the end of the process', async () => {
  const program = { command: 'login', args: [], env: {}, apiVersion: 'v1' };
  await expect(runLoginProgram(program)).rejects.toMatchObject({
    code: 'bad-config',
    message: 'the program login of the kubeconfig does not log in: spawn login EMFILE',
  });
});
