import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UnitState } from '@receptorjs/control-client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bin, Mesh, until } from './mesh.js';

let mesh: Mesh;
beforeEach(() => {
  mesh = new Mesh();
});
afterEach(() => mesh.end());

/** The daemon, with an error in it that nothing handles once it gets SIGUSR2. */
function crashingReceptor(): string {
  const crash = join(mesh.folder, 'crash.mjs');
  const text =
    "process.on('SIGUSR2', () => void Promise.reject(new Error('a fault of the test')));\n";
  writeFileSync(crash, text);
  const command = join(mesh.folder, 'crashing-receptor');
  writeFileSync(
    command,
    `#!/bin/sh\nNODE_OPTIONS="--import ${crash}" exec ${bin('receptor')} "$@"\n`,
  );
  chmodSync(command, 0o755);
  return command;
}

it('an error that nothing handles ends the node with a report in its log, and its restart takes up the unit', async () => {
  const job = `-c 'while [ ! -e ${mesh.folder}/go ]; do sleep 0.05; done; echo whole'`;
  const near = mesh.start(
    'near',
    [
      { 'local-only': null },
      { 'log-format': 'json' },
      { 'work-command': { worktype: 'job', command: 'sh', params: job } },
    ],
    { command: crashingReceptor() },
  );
  const control = await near.control();
  const { unitId } = await control.submit({ node: 'near', workType: 'job' });
  await until('the job', async () => {
    const { detail } = await control.workStatus(unitId);
    return detail.startsWith('Running: PID') || undefined;
  });
  control.close();
  process.kill(near.pid, 'SIGUSR2');
  await near.logs('ends by an error that nothing handles: a fault of the test');
  expect(await near.ended()).toBe(70);
  const report = near
    .logText()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { level: string; node: string; message: string })
    .filter(({ level }) => level === 'error');
  expect(report.length).toBeGreaterThan(2);
  expect(report[1]).toMatchObject({ node: 'near' });
  expect(report[1]?.message).toMatch(/^receptor [\d.]+, Node v\d+/);
  expect(report[2]?.message).toMatch(/crash\.mjs/);

  near.start();
  const again = await near.control();
  try {
    expect(await again.workStatus(unitId)).toMatchObject({ state: UnitState.Running });
    writeFileSync(join(mesh.folder, 'go'), '');
    const done = await until('the end of the unit', async () => {
      const status = await again.workStatus(unitId);
      return status.state >= UnitState.Succeeded ? status : undefined;
    });
    expect(done).toMatchObject({ state: UnitState.Succeeded, stdoutSize: 6n });
  } finally {
    again.close();
  }
});
