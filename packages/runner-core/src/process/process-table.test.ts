import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { JOB_MARK, listProcesses } from './process-table.js';

describe('the list of processes', () => {
  it('is read once for all who ask meanwhile, and never by a reading that began before', async () => {
    const [first, second, third] = [listProcesses(), listProcesses(), listProcesses()];
    expect(second).not.toBe(first);
    expect(third).toBe(second);
    await first;
    expect(listProcesses()).not.toBe(second);
    await second;
  });

  it('tells parents, sessions and marks', async () => {
    const child = spawn('cat', [], { detached: true, env: { ...process.env, [JOB_MARK]: 'a:b' } });
    await once(child, 'spawn');
    try {
      const list = await listProcesses();
      expect(list.find(({ pid }) => pid === child.pid)).toMatchObject({
        parent: process.pid,
        session: child.pid,
        variables: { [JOB_MARK]: 'a:b' },
      });
    } finally {
      child.stdin.end();
      await once(child, 'exit');
    }
  });
});
