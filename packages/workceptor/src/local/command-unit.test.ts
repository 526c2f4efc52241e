import { UnitState } from '@receptorjs/control-protocol';
import { silentLogger } from '@receptorjs/primitives';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { StdoutDigests } from '../store/stdout-digest.js';
import { UnitRecord } from '../store/unit-record.js';
import { CommandUnit } from './command-unit.js';
import { OutOfMemoryKills } from './oom-kills.js';

let dir: string;
let record: UnitRecord;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  dir = mkdtempSync(join(tmpdir(), 'unit-'));
  writeFileSync(join(dir, 'stdin'), 'hello');
  const extraData = { Pid: 0, Params: `-c "cat; echo ran >>${dir}/runs"` };
  const status = {
    state: UnitState.Pending,
    detail: '',
    stdoutSize: 0n,
    workType: 'cat',
    extraData,
  };
  record = new UnitRecord('u1', dir, status, silentLogger);
  record.create();
});
afterEach(async () => {
  await record.flushed();
  vi.useRealTimers();
  rmSync(dir, { recursive: true, force: true });
});

/** A unit whose supervisors are handed over to `launch`. */
function unitBy(launch: (script: string) => boolean): CommandUnit {
  return new CommandUnit(record, {
    command: 'sh',
    graceMs: 100,
    digests: new StdoutDigests(silentLogger),
    launcher: { launch },
    outOfMemory: new OutOfMemoryKills(),
    log: silentLogger,
    showsOutput: true,
    maxStdoutBytes: 1_000,
    onReleased: () => Promise.resolve(),
  });
}

async function ends(): Promise<void> {
  while (record.status.state < UnitState.Succeeded) await record.changed(record.revision);
}

it('a supervisor that was handed over and comes is known by its claim', async () => {
  let pid: number | undefined;
  const unit = unitBy((script) => {
    pid = spawn('/bin/sh', [script], { detached: true, stdio: 'ignore' }).pid;
    return true;
  });
  await unit.start();
  while (record.status.state === UnitState.Pending) await record.changed(record.revision);
  expect(record.status.extraData).toMatchObject({ Pid: pid });
  await ends();
  expect(record.status).toMatchObject({ state: UnitState.Succeeded, stdoutSize: 5n });
});

it('one that does not come is started after five seconds, and then runs once though both come', async () => {
  const scripts: string[] = [];
  const unit = unitBy((script) => scripts.push(script) > 0);
  await unit.start();
  vi.advanceTimersByTime(4_900);
  expect(record.status.state).toBe(UnitState.Pending);
  vi.advanceTimersByTime(1_100);
  const late = spawn('/bin/sh', scripts, { detached: true, stdio: 'ignore' });
  await new Promise((resolve) => late.once('exit', resolve));
  await ends();
  expect(record.status).toMatchObject({ state: UnitState.Succeeded, stdoutSize: 5n });
  expect(readFileSync(join(dir, 'runs'), 'utf8')).toBe('ran\n');
});

it('one that is canceled before it comes never runs', async () => {
  const scripts: string[] = [];
  const unit = unitBy((script) => scripts.push(script) > 0);
  await unit.start();
  expect(await unit.cancel()).toBe('done');
  vi.advanceTimersByTime(10_000);
  const late = spawn('/bin/sh', scripts, { detached: true, stdio: 'ignore' });
  expect(await new Promise((resolve) => late.once('exit', resolve))).toBe(1);
  expect(record.status.state).toBe(UnitState.Canceled);
});
