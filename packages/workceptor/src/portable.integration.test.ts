import { UnitState } from '@receptorjs/control-protocol';
import { listProcesses, PORTABLE_VARIABLE } from '@receptorjs/process-table';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startTestNode, type TestNode } from './test-node.js';

// The whole suites run this way too when the variable is set for them: see CONTRIBUTING.md.
let folder: string;
let node: TestNode;
beforeEach(async () => {
  vi.stubEnv(PORTABLE_VARIABLE, '1');
  folder = await mkdtemp(join(tmpdir(), 'portable-'));
  node = await startTestNode(folder, 'a', { cancelGraceMs: 500 });
});
afterEach(async () => {
  // as they were started: by /proc what ps said of a supervisor means nothing
  for (const [id] of await node.work.list())
    await node.work.release(id, { transport: 'unix', force: true });
  vi.unstubAllEnvs();
  await node.close();
  await rm(folder, { recursive: true, force: true });
});

async function restart(): Promise<void> {
  await node.close();
  node = await startTestNode(folder, 'a', { cancelGraceMs: 500 });
}

/** A unit whose command has a child that ignores SIGTERM; resolves with the process IDs of both once they are there. */
async function startTree(): Promise<{ id: string; pids: number[] }> {
  const id = await node.submit(
    'sh',
    `-c 'trap "" TERM; sh -c "echo \\$\\$ \\$PPID; exec sleep 1000"; echo survived'`,
  );
  const client = await node.client();
  for await (const chunk of await client.results(id))
    return { id, pids: String(chunk).trim().split(' ').map(Number) };
  throw new Error('the unit has ended');
}

/** Those of the processes that run; one that has ended may not have been noticed by its parent yet. */
async function running(pids: readonly number[]): Promise<number[]> {
  const all = new Set((await listProcesses()).map(({ pid }) => pid));
  return pids.filter((pid) => all.has(pid));
}

describe('without anything of Linux', () => {
  it.each([
    [`-c 'cat; echo done; exit 3'`, 'exit status 3', 'input\ndone\n'],
    [`-c 'kill -TERM $$'`, 'signal: terminated', ''],
  ])('sh %s', async (params, detail, stdout) => {
    const id = await node.submit('sh', params);
    expect(await node.results(id)).toBe(stdout);
    expect(await node.status(id)).toMatchObject({ detail });
  });

  it('the supervisor says since when it runs in the form in which ps is read, in any time zone', async () => {
    vi.stubEnv('TZ', 'Asia/Kathmandu');
    vi.stubEnv('LC_ALL', 'C');
    const { id } = await startTree();
    const [pid, bootId, start] = (await readFile(join(node.unitsDir, id, 'started'), 'utf8')).split(
      '\n',
    );
    const listed = (await listProcesses()).find((one) => one.pid === Number(pid));
    expect([bootId, Date.parse(start ?? '') > 0]).toEqual(['', true]);
    expect(
      Math.abs(Date.parse(start ?? '') - Date.parse(listed?.startTime ?? '')),
    ).toBeLessThanOrEqual(2_000);
  });

  it('a restarted daemon adopts what runs, and cancels the whole of it', async () => {
    const { id, pids } = await startTree();
    await restart();
    expect(await node.reaches(id, ({ state }) => state === UnitState.Running)).toBeDefined();
    expect(await node.work.cancel(id, { transport: 'unix' })).toBe('done');
    expect(await running(pids)).toEqual([]);
    expect(await node.status(id)).toMatchObject({ state: UnitState.Canceled });
  });

  it('a supervisor that is killed after a restart fails its unit, and its command is ended', async () => {
    const { id, pids } = await startTree();
    const [supervisor] = (await readFile(join(node.unitsDir, id, 'started'), 'utf8')).split('\n');
    await restart();
    process.kill(Number(supervisor), 'SIGKILL');
    expect(await node.ended(id)).toMatchObject({
      detail: expect.stringContaining('none of its processes is found any more') as string,
    });
    expect(await running(pids)).toEqual([]);
  });
});

describe('where processes can not be listed', () => {
  beforeEach(async () => {
    await mkdir(join(folder, 'bin'));
    await writeFile(join(folder, 'bin', 'ps'), '#!/bin/sh\necho no >&2; exit 1\n', { mode: 0o755 });
    vi.stubEnv('PATH', `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`);
  });

  it('a command runs, and a cancel ends its process group', async () => {
    const { id, pids } = await startTree();
    expect(await node.work.cancel(id, { transport: 'unix' })).toBe('done');
    expect(await node.status(id)).toMatchObject({ state: UnitState.Canceled });
    vi.unstubAllEnvs();
    expect(await running(pids)).toEqual([]);
  });

  it('after a restart its end is noticed, and a cancel before that says why it can not be', async () => {
    const id = await node.submit(
      'sh',
      `-c 'echo up; until [ -e "$0/go" ]; do sleep 0.05; done; exit 7' '${folder}'`,
    );
    await node.reaches(id, ({ state }) => state === UnitState.Running);
    await restart();
    await expect(node.work.cancel(id, { transport: 'unix' })).rejects.toMatchObject({
      code: 'no-process-table',
    });
    await writeFile(join(folder, 'go'), '');
    expect(await node.ended(id)).toMatchObject({ detail: 'exit status 7' });
  });
});
