import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { privateDataDir } from './job.js';
import { bin, env, Mesh, until } from './mesh.js';

let mesh: Mesh;
beforeEach(() => {
  mesh = new Mesh();
});
afterEach(() => mesh.end());

const userSignals = ['SIGUSR1', 'SIGUSR2'] as const;

it('SIGUSR1 and SIGUSR2 change nothing for a node: no debugger is opened', async () => {
  const near = mesh.start('near', [{ 'local-only': null }]);
  (await near.control()).close();
  for (const signal of userSignals) process.kill(near.pid, signal);
  expect(await near.ctl('status')).toMatchObject({ code: 0 });
  expect(near.logText()).not.toContain('Debugger');
});

it('nor for whoever follows a unit, nor for a run', async () => {
  const go = join(mesh.folder, 'go');
  const waiting = `echo begun; while ! [ -e ${go} ]; do sleep 0.05; done; echo done`;
  const near = mesh.start('near', [
    { 'local-only': null },
    { 'work-command': { worktype: 'wait', command: 'sh', params: `-c '${waiting}'` } },
  ]);
  (await near.control()).close();
  const pdd = privateDataDir(
    join(mesh.folder, 'pdd'),
    `- hosts: h1\n  gather_facts: false\n  tasks:\n  - name: begun\n    ansible.builtin.shell: ${JSON.stringify(waiting)}\n`,
  );
  const follow = ['--socket', near.socket, 'work', 'submit', 'wait', '-n', '-f', '--rm'];
  const programs = [
    [bin('receptorctl'), ...follow],
    [bin('ansible-runner'), 'run', pdd, '-p', 'play.yml'],
  ].map(([command = '', ...words]) => {
    const child = spawn(command, words, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += String(chunk)));
    return { child, ended: once(child, 'close'), output: () => output };
  });
  for (const { child, output } of programs) {
    await until('the begin', () => output().includes('begun') || undefined);
    // bin is a shell that becomes the program
    for (const signal of userSignals) child.kill(signal);
  }
  expect(existsSync(go)).toBe(false);
  writeFileSync(go, '');
  for (const { child, ended, output } of programs) {
    await ended;
    expect([child.exitCode, output()]).toEqual([0, expect.stringMatching(/done|ok=1/)]);
    expect(output()).not.toContain('Debugger');
  }
});
