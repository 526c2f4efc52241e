import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claimPidFile, readPidFile, releasePidFile } from './pid-file.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pid-file-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const pidFile = () => join(folder, 'pid');

/** The id of a process that has ended. */
async function deadPid(): Promise<number> {
  const child = spawn('true');
  await once(child, 'exit');
  return child.pid ?? 0;
}

describe('the pid file', () => {
  it('is claimed once, and released by its owner only', async () => {
    expect(await claimPidFile(folder)).toBeUndefined();
    expect(await readFile(pidFile(), 'utf8')).toBe(String(process.pid));
    expect(await claimPidFile(folder)).toMatchObject({ pid: process.pid, alive: true });
    await releasePidFile(folder, process.pid + 1);
    expect(await readPidFile(folder)).toBeDefined();
    await releasePidFile(folder, process.pid);
    expect(await readPidFile(folder)).toBeUndefined();
  });

  it('of a dead process is replaced', async () => {
    await writeFile(pidFile(), String(await deadPid()));
    expect(await readPidFile(folder)).toMatchObject({ alive: false });
    expect(await claimPidFile(folder)).toBeUndefined();
    expect(await readFile(pidFile(), 'utf8')).toBe(String(process.pid));
  });

  it('of an id that another process has got since is not taken for a run', async () => {
    await writeFile(pidFile(), String(process.pid));
    const longAgo = new Date(Date.now() - 365 * 24 * 3600_000);
    await utimes(pidFile(), longAgo, longAgo);
    expect(await readPidFile(folder)).toMatchObject({ pid: process.pid, alive: false });
  });

  it.each(['', 'x', '0', '1', '-5'])('%j names no run', async (text) => {
    await writeFile(pidFile(), text);
    expect(await readPidFile(folder)).toBeUndefined();
  });
});
