import { UnitState } from '@receptorjs/control-protocol';
import fc from 'fast-check';
import {
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Access } from '../work-verbs.js';
import { Workceptor } from '../workceptor.js';
import { TestJobs } from './test-jobs.js';
import type { QueueLimits } from './type-queue.js';

const local: Access = { transport: 'unix' };
const address = (last: number): Access => ({ transport: 'tcp', from: `192.0.2.${last}` });

let folder: string;
let work: Workceptor;
let jobs: TestJobs;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'type-queue-'));
  jobs = new TestJobs();
});
afterEach(async () => {
  await work.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A daemon on the same folder, after the one before was closed. */
async function start(queue?: QueueLimits, dataDir = folder): Promise<void> {
  work = new Workceptor({ nodeId: 'near', dataDir });
  work.registerWorkType(jobs.type(queue));
  await work.start();
  await setImmediate();
}

async function* noInput(): AsyncGenerator<Uint8Array> {
  // none
}

const submission = { node: 'near', workType: 'job', params: {}, signWork: false };

async function submit(access: Access = local): Promise<string> {
  const submitted = await work.submit(submission, access);
  await submitted.start(noInput());
  return submitted.unitId;
}

const submitAll = async (count: number, access: Access = local): Promise<string[]> => {
  const ids: string[] = [];
  for (let at = 0; at < count; at += 1) ids.push(await submit(access));
  return ids;
};

/** Ends the job that has run longest. */
async function endFirst(): Promise<void> {
  const [id] = jobs.running;
  if (id !== undefined) jobs.end(id);
  await setImmediate();
}

const detail = async (id: string): Promise<string> => (await work.status(id)).detail;

describe('a work type that runs two units at once', () => {
  beforeEach(() => start({ maxRunning: 2 }));

  it('starts no third, and says at which place it waits', async () => {
    const [a, b, c, d] = await submitAll(4);
    expect(jobs.starts).toEqual([a, b]);
    expect((await work.status(c ?? '')).state).toBe(UnitState.Pending);
    const queued = (place: number): string =>
      `Queued at place ${place} of its submitter: job runs 2 units at once (maxrunning), and submitters take turns`;
    expect([await detail(c ?? ''), await detail(d ?? '')]).toEqual([queued(1), queued(2)]);
    expect(work.queueCounts().get('job')).toEqual({ running: 2, queued: 2, maxRunning: 2 });
    await endFirst();
    expect(jobs.starts).toEqual([a, b, c]);
    expect([await detail(c ?? ''), await detail(d ?? '')]).toEqual(['Running', queued(1)]);
  });

  it('lets submitters take turns, whoever came first and with how many', async () => {
    const ours = await submitAll(6);
    const theirs = await submitAll(3, address(1));
    while (jobs.running.size > 0) await endFirst();
    const names = new Map([
      ...ours.map((id, at) => [id, `a${at}`] as const),
      ...theirs.map((id, at) => [id, `b${at}`] as const),
    ]);
    expect(jobs.starts.map((id) => names.get(id))).toEqual([
      ...['a0', 'a1', 'b0', 'a2', 'b1', 'a3', 'b2', 'a4', 'a5'],
    ]);
  });

  it('tells those who watch of a place that changes, and of the start', async () => {
    const [, , , waits] = await submitAll(4);
    const seen: string[] = [];
    const watched = (async () => {
      for await (const status of await work.watch(waits ?? '', new AbortController().signal))
        seen.push(status.detail.slice(0, 17));
    })();
    await setImmediate();
    for (let at = 0; at < 4; at += 1) await endFirst();
    await watched;
    expect(seen).toEqual(['Queued at place 2', 'Queued at place 1', 'Running', 'exit status 0']);
  });

  it('cancels and releases what waits, and never starts it', async () => {
    const [a, b, c, d, e] = await submitAll(5);
    expect(await work.cancel(c ?? '', local)).toBe('done');
    expect(await work.release(d ?? '', { ...local, force: false })).toBe('done');
    expect(await work.status(c ?? '')).toMatchObject({ state: UnitState.Canceled });
    await expect(work.status(d ?? '')).rejects.toThrow('unknown work unit');
    while (jobs.running.size > 0) await endFirst();
    expect(jobs.starts).toEqual([a, b, e]);
    expect(work.queueCounts().get('job')).toMatchObject({ running: 0, queued: 0 });
  });

  it('does not start what is being canceled, however long that takes', async () => {
    const [a, b, c] = await submitAll(3);
    let isCancelable = (): void => undefined;
    jobs.cancelable = new Promise((resolve) => (isCancelable = resolve));
    const canceled = work.cancel(c ?? '', local);
    await setImmediate();
    await endFirst();
    isCancelable();
    expect(await canceled).toBe('done');
    expect(jobs.starts).toEqual([a, b]);
  });

  it('goes on after a restart, in the same order, with what had begun counted', async () => {
    const [a, b, c, d, e] = await submitAll(5);
    await work.close();
    await start({ maxRunning: 2 });
    expect(jobs.starts).toEqual([a, b]);
    expect((await detail(d ?? '')).slice(0, 17)).toBe('Queued at place 2');
    await work.close();
    jobs.end(a ?? '');
    await start({ maxRunning: 2 });
    expect(jobs.starts).toEqual([a, b, c]);
    while (jobs.running.size > 0) await endFirst();
    expect(jobs.starts).toEqual([a, b, c, d, e]);
  });

  it('starts more, or less, when its bound changes', async () => {
    await submitAll(6);
    work.removeType('job');
    work.registerWorkType(jobs.type({ maxRunning: 4 }));
    await setImmediate();
    expect(jobs.running.size).toBe(4);
    work.removeType('job');
    work.registerWorkType(jobs.type({ maxRunning: 1 }));
    for (let at = 0; at < 3; at += 1) await endFirst();
    expect([jobs.running.size, jobs.starts.length]).toEqual([1, 4]);
    work.removeType('job');
    work.registerWorkType(jobs.type());
    await setImmediate();
    expect(jobs.starts).toHaveLength(6);
  });

  it.each(['1e308', `${Number.MAX_SAFE_INTEGER}`, '-1', '0.5', '"first"'])(
    'keeps the order of later units where a mark has %s',
    async (order) => {
      const [, , c, d] = await submitAll(4);
      await work.close();
      writeFileSync(
        join(folder, 'near', d ?? '', 'queued'),
        `{"order":${order},"key":"","local":true}`,
      );
      await start({ maxRunning: 2 });
      const later = await submitAll(2);
      await work.close();
      const mark = (id = ''): string => readFileSync(join(folder, 'near', id, 'queued'), 'utf8');
      const orders = [c, ...later].map((id) => Number(/"order":(\d+),/.exec(mark(id))?.[1]));
      expect(orders).toEqual([...new Set(orders)].sort((a, b) => a - b));
      expect(orders.every((each) => Number.isSafeInteger(each))).toBe(true);
      // the one whose place is lost is the first
      await start({ maxRunning: 2 });
      jobs.starts.length = 0;
      while (jobs.running.size > 0) await endFirst();
      expect(jobs.starts).toEqual([d, c, ...later]);
    },
  );

  it('writes no mark through a link', async () => {
    await submitAll(2);
    const target = join(folder, 'target');
    writeFileSync(target, 'mine');
    const submitted = await work.submit(submission, local);
    symlinkSync(target, join(folder, 'near', submitted.unitId, 'queued'));
    await expect(submitted.start(noInput())).rejects.toMatchObject({ code: 'unsafe-file' });
    expect(readFileSync(target, 'utf8')).toBe('mine');
  });

  it('starts what waits although its mark was lost in a power cut', async () => {
    const [a, b, c] = await submitAll(3);
    await work.close();
    truncateSync(join(folder, 'near', c ?? '', 'queued'));
    await start({ maxRunning: 2 });
    await endFirst();
    expect(jobs.starts).toEqual([a, b, c]);
  });
});

it('refuses what is more than may wait, and leaves no unit behind', async () => {
  await start({ maxRunning: 1, maxQueued: 7 });
  await submitAll(6, address(1));
  await expect(submit(address(1))).rejects.toMatchObject({
    code: 'too-many-queued',
    message:
      'work type job takes 1 unit that runs and 7 that wait (maxrunning, maxqueued), 6 of them from one address or node, and there are 1 and 5: submit again when some have ended',
  });
  await submitAll(1, address(2));
  // the last one is for unix sockets
  await expect(submit(address(2))).rejects.toThrow('there are 1 and 6');
  await submitAll(1);
  await expect(submit()).rejects.toThrow('there are 1 and 7');
  expect(await work.list()).toHaveLength(8);
  await endFirst();
  await submitAll(1);
});

it('without a bound starts each unit at once, and knows them when there is one', async () => {
  await start();
  await submitAll(5);
  expect(jobs.running.size).toBe(5);
  work.removeType('job');
  work.registerWorkType(jobs.type({ maxRunning: 5 }));
  await submitAll(1);
  expect(jobs.running.size).toBe(5);
  await endFirst();
  expect([jobs.running.size, jobs.starts.length]).toEqual([5, 6]);
});

it('loses no unit, runs none twice and never too many, whatever happens', async () => {
  const step = fc.record({
    what: fc.constantFrom(
      'submit',
      'submit',
      'submit',
      'end',
      'end',
      'cancel',
      'release',
      'restart',
    ),
    which: fc.nat({ max: 30 }),
  });
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      fc.array(step, { maxLength: 30 }),
      async (maxRunning, steps) => {
        const dataDir = join(folder, `${(run += 1)}`);
        jobs = new TestJobs();
        await start({ maxRunning }, dataDir);
        const all: string[] = [];
        const unwanted = new Set<string>();
        const check = (): void => {
          expect(jobs.running.size).toBeLessThanOrEqual(maxRunning);
          expect(new Set(jobs.starts).size).toBe(jobs.starts.length);
        };
        for (const { what, which } of steps) {
          const id = all[which % all.length];
          if (what === 'submit')
            all.push(await submit(which % 3 === 0 ? local : address(which % 3)));
          else if (what === 'restart') {
            await work.close();
            // some end while there is no daemon
            if (which % 2 === 0) jobs.end([...jobs.running][0] ?? '');
            await start({ maxRunning }, dataDir);
          } else if (id !== undefined && !unwanted.has(id)) {
            if (what === 'end') jobs.end([...jobs.running][which % jobs.running.size] ?? '');
            else {
              unwanted.add(id);
              if (what === 'cancel') await work.cancel(id, local);
              else await work.release(id, { ...local, force: false });
            }
          }
          check();
        }
        await setImmediate();
        while (jobs.running.size > 0) {
          await endFirst();
          check();
        }
        const states = new Map((await work.list()).map(([id, { state }]) => [id, state]));
        for (const id of all) {
          if (unwanted.has(id)) continue;
          expect(jobs.starts).toContain(id);
          expect(states.get(id)).toBe(UnitState.Succeeded);
        }
        expect(work.queueCounts().get('job')).toMatchObject({ running: 0, queued: 0 });
        await work.close();
      },
    ),
    { numRuns: 40 },
  );
});
