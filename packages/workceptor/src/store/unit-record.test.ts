import { UnitState } from '@receptorjs/control-protocol';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { silentLogger } from '@receptorjs/primitives';
import { UnitRecord } from './unit-record.js';

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

it('flushes what is stored at once, with the folders above it when it is new, and no passing change', async () => {
  await record.flushed();
  const file = await open(dir);
  const flush = vi.spyOn(Object.getPrototypeOf(file) as typeof file, 'datasync');
  await file.close();
  record.update({ detail: 'Cancel' });
  await record.flushed();
  expect(flush).toHaveBeenCalledTimes(2);
  record.update({ detail: 'passing' }, 'soon');
  vi.advanceTimersByTime(200);
  await record.flushed();
  expect(flush).toHaveBeenCalledTimes(2);
  const another = mkdtempSync(join(tmpdir(), 'record-'));
  const fresh = new UnitRecord('u2', another, record.status, silentLogger);
  fresh.create();
  await fresh.flushed();
  expect(flush).toHaveBeenCalledTimes(5);
  rmSync(another, { recursive: true });
  rmSync(dir, { recursive: true });
  record.update({ detail: 'one more' });
  await record.flushed();
  flush.mockRestore();
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
