import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { OutOfMemoryKills } from './oom-kills.js';

let dir: string;
let file: string;
const name = '/jobs';
const count = (kills: number): void => {
  writeFileSync(file, `oom_kill_disable 0\nunder_oom 0\noom_kill ${kills}\n`);
};

beforeEach(() => {
  vi.useFakeTimers();
  dir = mkdtempSync(join(tmpdir(), 'group-'));
  file = join(dir, 'memory.oom_control');
  count(3);
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(dir, { recursive: true });
});

it('a kill that is counted while a unit runs explains its end, those of before do not', () => {
  const unit = new OutOfMemoryKills().follow({ name, file });
  expect(unit?.explain()).toBeUndefined();
  count(4);
  expect(unit?.explain()).toEqual({ group: name, others: 0 });
  expect(unit?.explain()).toBeUndefined();
});

it('each explains one end, and says how many others there are', () => {
  const kills = new OutOfMemoryKills();
  const one = kills.follow({ name, file });
  const other = kills.follow({ name, file });
  count(4);
  expect(one?.explain()).toEqual({ group: name, others: 1 });
  expect(other?.explain()).toBeUndefined();
});

it('one of a while ago explains nothing', () => {
  const unit = new OutOfMemoryKills().follow({ name, file });
  count(4);
  vi.advanceTimersByTime(1_500);
  // seen by a look of the clock, and of late
  expect(unit?.explain()).toEqual({ group: name, others: 0 });
  count(5);
  vi.advanceTimersByTime(4_000);
  expect(unit?.explain()).toBeUndefined();
});

it('a group is followed as long as a unit runs in it', () => {
  const kills = new OutOfMemoryKills();
  const units = [kills.follow({ name, file }), kills.follow({ name, file })];
  for (const unit of units) unit?.letGo();
  units[0]?.letGo();
  expect(vi.getTimerCount()).toBe(0);
  count(9);
  expect(units[0]?.explain()).toBeUndefined();
});

it('nothing is followed where the kernel counts nothing', () => {
  rmSync(file);
  expect(new OutOfMemoryKills().follow({ name, file })).toBeUndefined();
  writeFileSync(file, 'oom_kill_disable 0\n');
  expect(new OutOfMemoryKills().follow({ name, file })).toBeUndefined();
  expect(vi.getTimerCount()).toBe(0);
});
