import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hasProc, PORTABLE_VARIABLE } from './portable.js';
import { isSameStart } from './process-entry.js';
import {
  currentBootId,
  isAlive,
  isThere,
  listProcesses,
  signalProcess,
  startedAt,
} from './process-table.js';

const noProc = !hasProc();
if (noProc)
  console.warn('/proc is not tested: there is none of the form of Linux, or it is forbidden');
const noPs = !['/bin/ps', '/usr/bin/ps'].some((path) => existsSync(path));
if (noPs) console.warn('ps is not tested: there is none');

let child: ChildProcess;
/** Process id of {@link child}. */
let pid: number;

beforeEach(async () => {
  // its arguments look like variables
  child = spawn('sh', ['-c', 'read end', 'x', 'JOB=none MORE=none'], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: process.env['PATH'], JOB: 'a folder', MORE: '1' },
  });
  await once(child, 'spawn');
  pid = child.pid ?? 0;
});

afterEach(async () => {
  vi.unstubAllEnvs();
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.stdin?.end();
  await once(child, 'exit');
});

describe.each([
  ['/proc', '', noProc],
  ['ps', '1', noPs],
])('by %s', (_, portable, missing) => {
  beforeEach(() => vi.stubEnv(PORTABLE_VARIABLE, portable));

  it.skipIf(missing)(
    'a process has its parent, session and variables, but not those in its arguments',
    async () => {
      const listed = (await listProcesses(['JOB', 'MORE', 'NONE'])).find((one) => one.pid === pid);
      expect(listed).toMatchObject({ parent: process.pid, session: pid });
      expect(listed?.variables).toEqual({ JOB: 'a folder', MORE: '1' });
    },
  );

  it.skipIf(missing)('a process is known by id, start and boot until it has ended', async () => {
    const entry = (await listProcesses()).find((one) => one.pid === pid);
    const identity = { pid, bootId: currentBootId(), startTime: entry?.startTime ?? '' };
    expect(await isAlive(identity)).toBe(true);
    expect(await isAlive({ ...identity, bootId: 'another' })).toBe(false);
    expect(await isAlive({ ...identity, startTime: 'Sun Nov  1 09:16:43 2020' })).toBe(false);
    const started = await startedAt(pid);
    expect(Math.abs(Number(started) - Date.now())).toBeLessThan(30_000);
    signalProcess({ pid, startTime: identity.startTime }, 'SIGKILL');
    await once(child, 'exit');
    expect(await isAlive(identity)).toBe(false);
    expect(await startedAt(pid)).toBe('ended');
  });
});

describe('where ps does not work', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'process-table-'));
    await writeFile(join(folder, 'ps'), '#!/bin/sh\necho "Error, do this" >&2\nexit 47\n', {
      mode: 0o755,
    });
    vi.stubEnv(PORTABLE_VARIABLE, '1');
    vi.stubEnv('PATH', `${folder}:/bin:/usr/bin`);
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('nothing is listed, and the error says why', async () => {
    await expect(listProcesses()).rejects.toMatchObject({
      code: 'no-process-table',
      message: "The processes of this machine can't be listed: ps says: Error, do this.",
    });
  });

  it('a process is told by its id alone', async () => {
    expect(await isAlive({ pid, bootId: '', startTime: '' })).toBe(true);
    expect(await startedAt(pid)).toBeUndefined();
    expect([isThere(pid), isThere(-pid)]).toEqual([true, true]);
    child.stdin?.end();
    await once(child, 'exit');
    expect(await isAlive({ pid, bootId: '', startTime: '' })).toBe(false);
    expect(await startedAt(pid)).toBe('ended');
    expect([isThere(pid), isThere(-pid)]).toEqual([false, false]);
  });
});

it.each([
  ['4711', '4711', true],
  ['4711', '4712', false],
  ['Sun Nov  1 09:16:43 2026', 'Sun Nov  1 09:16:45 2026', true],
  ['Sun Nov  1 09:16:43 2026', 'Sun Nov  1 09:16:46 2026', false],
  ['Sun Nov  1 09:16:43 2026', '4711', false],
  ['', '', true],
])('starts %j and %j: the same %j', (one, other, same) => {
  expect(isSameStart(one, other)).toBe(same);
});
