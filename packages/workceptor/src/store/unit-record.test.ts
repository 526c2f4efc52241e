import { UnitState } from '@receptorjs/control-protocol';
import type * as Fs from 'node:fs';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { silentLogger } from '@receptorjs/primitives';
import { UnitRecord } from './unit-record.js';

const flush = vi.hoisted(() => vi.fn());
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof Fs>();
  const fdatasync: typeof fs.fdatasync = Object.assign(
    (file: number, done: Fs.NoParamCallback) => {
      flush();
      fs.fdatasync(file, done);
    },
    { __promisify__: fs.fdatasync.__promisify__ },
  );
  return { ...fs, fdatasync };
});

let dir: string;
let errors: string[];
let record: UnitRecord;
const nothing = (): void => undefined;

beforeEach(() => {
  vi.useFakeTimers();
  dir = mkdtempSync(join(tmpdir(), 'unit-'));
  errors = [];
  record = new UnitRecord(
    'u1',
    dir,
    { state: 0, detail: 'Unit Created', stdoutSize: 0n, workType: 'cat', extraData: null },
    { error: (line) => errors.push(line), warning: nothing, info: nothing, debug: nothing },
  );
  record.create();
});
afterEach(async () => {
  await record.flushed();
  vi.useRealTimers();
  rmSync(dir, { recursive: true, force: true });
});
const detailOnDisk = (): string =>
  (JSON.parse(readFileSync(join(dir, 'status'), 'utf8')) as { Detail: string }).Detail;

it('stores a change before it tells of it, and leaves nothing beside the file', async () => {
  const heard = record.changed(record.revision).then(detailOnDisk);
  expect(record.update({ detail: 'Starting Worker' })).toBe(true);
  expect(await heard).toBe('Starting Worker');
  expect(readdirSync(dir).sort()).toEqual(['status', 'status.lock']);
});

it('flushes changes that come while it flushes by one flush more, for which those wait who ask then', async () => {
  await record.flushed();
  flush.mockClear();
  record.update({ detail: 'first' });
  const first = record.flushed();
  while (flush.mock.calls.length === 0) await setImmediate();
  for (const detail of ['second', 'third', 'fourth']) record.update({ detail });
  const last = record.flushed();
  await first;
  await last;
  expect(detailOnDisk()).toBe('fourth');
  // the file and its folder, twice
  expect(flush).toHaveBeenCalledTimes(4);
});

it('flushes what is stored at once, with the folders above it when it is new, and no passing change', async () => {
  await record.flushed();
  flush.mockClear();
  record.update({ detail: 'Cancel' });
  await record.flushed();
  expect(flush).toHaveBeenCalledTimes(2);
  record.update({ detail: 'passing' }, 'soon');
  vi.advanceTimersByTime(200);
  await record.flushed();
  expect(flush).toHaveBeenCalledTimes(2);
  rmSync(dir, { recursive: true });
  record.update({ detail: 'one more' });
  await record.flushed();
});

it.each([
  ['when somebody waits for it', (): void => void record.flushed()],
  ['a moment later by itself', (): void => void vi.advanceTimersByTime(50)],
  [
    'with the first change that is stored at once',
    (): void => {
      record.update({ detail: 'Starting Worker' });
    },
  ],
])('flushes a new unit once, with the folder above it: %s', async (_when, what) => {
  await record.flushed();
  flush.mockClear();
  rmSync(join(dir, 'status'));
  record = new UnitRecord('u1', dir, record.status, silentLogger);
  record.create();
  expect(flush).not.toHaveBeenCalled();
  what();
  while (flush.mock.calls.length < 3) await setImmediate();
  await record.flushed();
  expect(flush).toHaveBeenCalledTimes(3);
});

it('stores passing changes a moment later, the last one only, or when the daemon lets go', () => {
  record.update({ detail: 'one' }, 'soon');
  record.update({ detail: 'two' }, 'soon');
  expect([record.status.detail, detailOnDisk()]).toEqual(['two', 'Unit Created']);
  vi.advanceTimersByTime(200);
  expect(detailOnDisk()).toBe('two');
  record.update({ detail: 'three' }, 'soon');
  record.retire();
  expect(detailOnDisk()).toBe('three');
  record.update({ detail: 'four' });
  vi.advanceTimersByTime(2_000);
  expect([record.status.detail, detailOnDisk()]).toEqual(['three', 'three']);
});

it('says when a change could not be stored, and tries again', () => {
  // a folder in the place of the new file makes the write fail
  mkdirSync(join(dir, 'status.new'));
  expect(record.update({ state: UnitState.Failed, detail: 'exit status 1' })).toBe(false);
  expect(record.status.state).toBe(UnitState.Failed);
  expect(errors.join()).toMatch(/\[u1\] could not write its status/);
  rmSync(join(dir, 'status.new'), { recursive: true });
  vi.advanceTimersByTime(1_000);
  expect(detailOnDisk()).toBe('exit status 1');
});

it('does not mind that its folder is gone', () => {
  rmSync(dir, { recursive: true });
  record.update({ detail: 'late' }, 'soon');
  vi.advanceTimersByTime(10_000);
  expect(errors).toHaveLength(1);
});

it('ends a wait when its signal fires', async () => {
  const abort = new AbortController();
  const wait = record.changed(record.revision, abort.signal);
  abort.abort();
  await wait;
});

it('tells readers of growth together, after a moment or with the next change, and others not at all', async () => {
  const { revision, statusRevision } = record;
  let woken = 0;
  void record.changed(revision).then(() => (woken += 1));
  void record.statusChanged(statusRevision).then(() => (woken += 10));
  for (let at = 0; at < 3; at += 1) record.grow();
  await setImmediate();
  expect([woken, record.revision]).toEqual([0, revision]);
  vi.advanceTimersByTime(2);
  await setImmediate();
  expect([woken, record.revision, record.statusRevision]).toEqual([
    1,
    revision + 1,
    statusRevision,
  ]);
  void record.changed(record.revision).then(() => (woken += 1));
  record.grow();
  record.touch();
  await setImmediate();
  expect([woken, record.revision]).toEqual([12, revision + 2]);
  vi.advanceTimersByTime(10);
  expect(record.revision).toBe(revision + 2);
});
