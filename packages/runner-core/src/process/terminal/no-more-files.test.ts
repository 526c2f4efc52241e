import type { ChildProcess } from 'node:child_process';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { AdoptedTerminal } from './adopted-terminal.js';
import { RelayedTerminal } from './relayed-terminal.js';

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

const command = { program: '/bin/true', argv: ['true'], cwd: '/', env: {} };

describe('where no more files can be opened', () => {
  it.skipIf(process.platform !== 'linux')(
    'a launcher that can not be started says so',
    async () => {
      const terminal = AdoptedTerminal.open('python3');
      try {
        await expect(terminal.become(command, () => undefined)).rejects.toThrow(
          "python3 can't be started",
        );
      } finally {
        terminal.close();
      }
    },
  );

  it('a relay that can not be started says so, and its error does not end the process', async () => {
    expect(() => RelayedTerminal.open('python3')).toThrow(
      'python3 gives no pseudo terminal, and the job runs on one: no more files can be opened',
    );
    await turn();
  });
});
