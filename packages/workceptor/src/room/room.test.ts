import { UnitState } from '@receptorjs/control-protocol';
import { appendFileSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Access } from '../work-verbs.js';
import { Workceptor } from '../workceptor.js';
import type { WorkceptorOptions } from '../workceptor-options.js';
import type { RoomLimits } from './room.js';
import { TestJobs } from './test-jobs.js';

const MIB = 2 ** 20;
const HOUR_MS = 3_600_000;
const local: Access = { transport: 'unix' };

let folder: string;
let work: Workceptor;
let jobs: TestJobs;
let lines: string[];
beforeEach(() => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'],
  });
  folder = mkdtempSync(join(tmpdir(), 'room-'));
  jobs = new TestJobs();
  lines = [];
});
afterEach(async () => {
  await work.close();
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

async function start(room?: RoomLimits, options?: Partial<WorkceptorOptions>): Promise<void> {
  const write = (line: string): void => void lines.push(line);
  const log = { error: write, warning: write, info: write, debug: () => undefined };
  work = new Workceptor({ nodeId: 'near', dataDir: folder, room, log, ...options });
  work.registerWorkType(jobs.type());
  await work.start();
}

const submission = { node: 'near', workType: 'job', params: {}, signWork: false };

async function submit(stdinBytes = 0): Promise<string> {
  const { unitId, start: run } = await submitted();
  await run(stdin(stdinBytes));
  return unitId;
}

async function submitted(): Promise<{
  unitId: string;
  start: (input: AsyncIterable<Uint8Array>) => Promise<string>;
}> {
  const unit = await work.submit(submission, local);
  return { unitId: unit.unitId, start: (input) => unit.start(input) };
}

async function* stdin(bytes: number): AsyncGenerator<Uint8Array> {
  for (let left = bytes; left > 0; left -= MIB / 4) {
    await setImmediate();
    yield new Uint8Array(Math.min(left, MIB / 4));
  }
}

/** Units that have ended, the first first. */
async function ended(count: number, stdoutBytes = 0): Promise<string[]> {
  const ids: string[] = [];
  for (let at = 0; at < count; at += 1) {
    const id = await submit();
    if (stdoutBytes > 0) write(id, stdoutBytes);
    jobs.end(id);
    ids.push(id);
  }
  return ids;
}

const write = (id: string, bytes: number): void => {
  appendFileSync(join(folder, 'near', id, 'stdout'), new Uint8Array(bytes));
  jobs.touch(id);
};

const release = (id: string): Promise<unknown> => work.release(id, { ...local, force: false });
const ids = async (): Promise<string[]> => (await work.list()).map(([id]) => id);

/** Resolves once it is so: what is removed takes turns of the loop. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await setImmediate();
}

/** So much time goes by, and what is due then is done. */
async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  for (let at = 0; at < 50; at += 1) await setImmediate();
}

describe('disk', () => {
  it('refuses every submission while its reserve is not free, with the numbers', async () => {
    await start({}, { diskReserveBytes: 2 ** 50 });
    await expect(submit()).rejects.toMatchObject({
      code: 'no-space',
      message: expect.stringMatching(
        /^no space for another unit: of the disk of \/.* \d+\.\d MiB are free, and 1073741824\.0 MiB are kept free \(diskreserve of node\); release some units first$/,
      ) as string,
    });
    expect(await ids()).toEqual([]);
  });

  it('refuses what is more than units may have, and takes it after a release', async () => {
    await start({ maxUnitBytes: 2 * MIB });
    const first = await submit(1.5 * MIB);
    const second = await submitted();
    await expect(second.start(stdin(MIB))).rejects.toThrow(
      /^Error reading input data: no space for another unit: all units have 1\.8 MiB on disk, and 2\.0 MiB are allowed \(maxunitdisk of node\); release some first$/,
    );
    expect(await work.status(second.unitId)).toMatchObject({
      state: UnitState.Failed,
      report: { errorCode: 'disk-full' },
    });
    await release(second.unitId);
    await release(first);
    expect((await work.status(await submit(MIB))).state).toBe(UnitState.Running);
  });

  it('counts what runs and writes, and what an earlier daemon has left', async () => {
    await start({ maxUnitBytes: 2 * MIB });
    const loud = await submit();
    write(loud, 3 * MIB);
    await pass(1_000);
    await expect(submit()).rejects.toThrow(
      'all units have 3.0 MiB on disk, and 2.0 MiB are allowed',
    );
    expect((await work.status(loud)).state).toBe(UnitState.Running);
    await work.close();
    await start({ maxUnitBytes: 2 * MIB });
    await expect(submit()).rejects.toThrow('all units have 3.0 MiB on disk');
    work.setRoom({ maxUnitBytes: 4 * MIB });
    await submit();
    await release(loud);
    work.setRoom({ maxUnitBytes: 2 * MIB });
    await submit();
  });

  it('counts units from the moment they are made', async () => {
    await start({ maxUnitBytes: MIB / 4 });
    const counts = { taken: 0, refused: 0 };
    for (let at = 0; at < 10; at += 1) {
      await submit().then(
        () => (counts.taken += 1),
        () => (counts.refused += 1),
      );
    }
    expect(counts).toEqual({ taken: 8, refused: 2 });
  });
});

describe('retention', () => {
  it('releases those that ended long ago, and says so in one line', async () => {
    await start({ retention: { maxAgeMs: HOUR_MS } });
    await ended(20);
    const runs = await submit();
    await pass(HOUR_MS - 120_000);
    const [young = ''] = await ended(1);
    const seconds = Date.now() / 1_000;
    utimesSync(join(folder, 'near', young, 'status'), seconds, seconds);
    expect(await ids()).toHaveLength(22);
    expect(lines).toEqual([]);
    await pass(240_000);
    await until(async () => (await ids()).length === 2);
    expect(await ids()).toEqual([runs, young]);
    await until(() => lines.length > 0);
    expect(lines).toEqual([
      expect.stringMatching(
        /^Retention released 20 units that had ended, the first at \d{4}-.*Z: \d\.\d MiB$/,
      ),
    ]);
  });

  it('keeps the newest of too many, and of too large ones', async () => {
    await start({ retention: { maxCount: 3 } });
    const all = await ended(5, MIB);
    // nobody may have had time to ask for the results
    await pass(590_000);
    expect(jobs.releasesOf).toEqual([]);
    await pass(80_000);
    await until(() => lines.length === 1);
    expect(await ids()).toEqual(all.slice(2));
    work.setRoom({ retention: { maxBytes: 2.5 * MIB } });
    await pass(60_000);
    await until(() => lines.length === 2);
    expect(await ids()).toEqual(all.slice(3));
    work.setRoom({});
    await pass(HOUR_MS);
    expect(await ids()).toEqual(all.slice(3));
  });

  it('leaves alone what is being read, and releases nothing newer instead', async () => {
    await start({ retention: { maxCount: 2 } });
    const [first = '', ...others] = await ended(3, 10);
    const { signal } = new AbortController();
    const results = (await work.results(first, 0n, { ...local, signal }))[Symbol.asyncIterator]();
    await results.next();
    await pass(670_000);
    expect(jobs.releasesOf).toEqual([]);
    await results.next();
    await pass(60_000);
    await until(() => lines.length === 1);
    expect(await ids()).toEqual(others);
  });

  it('leaves alone what another node has yet to be told of', async () => {
    await start({ retention: { maxCount: 0 } });
    jobs.isUnsettled = true;
    await ended(1);
    await pass(670_000);
    expect(jobs.releasesOf).toEqual([]);
    jobs.isUnsettled = false;
    await pass(60_000);
    await until(() => lines.length === 1);
    expect(await ids()).toEqual([]);
  });

  it('says that releases are pending or went wrong, and does not try those each minute', async () => {
    await start({ retention: { maxCount: 0 } });
    await ended(2);
    jobs.releases = () => Promise.reject(new Error('refused by far'));
    await pass(670_000);
    expect(lines).toEqual([
      expect.stringMatching(
        /^Retention could not release 2 units, and tries again in an hour: \[\w+\] refused by far$/,
      ),
    ]);
    await pass(HOUR_MS / 2);
    expect(jobs.releasesOf).toHaveLength(2);
    jobs.releases = () => Promise.resolve('pending');
    jobs.isUnsettled = false;
    await pass(HOUR_MS / 2);
    await until(() => lines.length > 1);
    expect(lines[1]).toMatch(
      /^Retention released 0 units .*: 0\.0 MiB; 2 more when their nodes can be reached$/,
    );
  });
});
