import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { privateDataDir, runJob, runnerWork, storedEvents } from './job.js';
import { bin, command, Mesh, until } from './mesh.js';

const script = 'mount -t tmpfs none /proc && exec "$0" "$@"';

/** Why commands can't be run with an empty /proc here; undefined when they can. */
function noMountNamespaces(): string | undefined {
  if (process.platform !== 'linux') return 'mount namespaces are there on Linux only';
  const probe = spawnSync('unshare', ['-m', 'sh', '-c', script, 'true'], { encoding: 'utf8' });
  if (probe.error !== undefined) return 'there is no unshare command';
  return probe.status === 0 ? undefined : `an empty /proc is not permitted: ${probe.stderr.trim()}`;
}

const reason = noMountNamespaces();
if (reason !== undefined) console.warn(`skipped: jobs with an empty /proc, because ${reason}`);

let mesh: Mesh;
beforeEach(() => {
  mesh = new Mesh();
});
afterEach(() => mesh.end());

/** A command that runs one of this clone with an empty /proc, which leaves it without ps too. */
function withoutProc(name: 'receptor' | 'ansible-runner', portable: '' | '1'): string {
  const path = join(mesh.folder, `${name}${portable}`);
  const line = `RECEPTORJS_PORTABLE=${portable} exec unshare -m sh -c '${script}' '${bin(name)}' "$@"`;
  writeFileSync(path, `#!/bin/sh\n${line}\n`, { mode: 0o755 });
  return path;
}

const tasks = `
- hosts: all
  gather_facts: false
  tasks:
    - { name: reads nothing, ansible.builtin.command: ls /proc, register: listed }
    - { name: sees nothing, ansible.builtin.assert: { that: listed.stdout == "" } }
`;

const waiting = (folder: string): string => `
- hosts: h1
  gather_facts: false
  tasks:
    - ansible.builtin.command: sh -c 'echo $$ >${folder}/waits; exec sleep 1000'
`;

describe.skipIf(reason !== undefined)('with an empty /proc', () => {
  it.each(['', '1'] as const)('ansible-runner runs a playbook (portable: %j)', async (portable) => {
    const pdd = privateDataDir(join(mesh.folder, 'pdd'), tasks);
    const runner = withoutProc('ansible-runner', portable);
    const end = await command(runner, ['run', pdd, '-p', 'play.yml', '-i', 'r']);
    expect(end).toMatchObject({ code: 0, stderr: '' });
    const events = storedEvents(join(pdd, 'artifacts', 'r'));
    expect(events.filter(({ event }) => event === 'runner_on_ok')).toHaveLength(4);
    expect(end.stdout).toContain('PLAY RECAP');
  });

  it('start, is-alive and stop work', async () => {
    const pdd = privateDataDir(join(mesh.folder, 'pdd'), waiting(mesh.folder));
    const runner = withoutProc('ansible-runner', '1');
    expect(await command(runner, ['start', pdd, '-p', 'play.yml', '-i', 'r'])).toMatchObject({
      code: 0,
    });
    const waits = join(mesh.folder, 'waits');
    await until('the task', () => (existsSync(waits) ? true : undefined));
    expect(await command(runner, ['is-alive', pdd])).toMatchObject({ code: 0 });
    expect(await command(runner, ['stop', pdd])).toMatchObject({ code: 0, stderr: '' });
    expect(await command(runner, ['is-alive', pdd])).toMatchObject({ code: 1 });
    expect(readFileSync(join(pdd, 'artifacts', 'r', 'status'), 'utf8')).toBe('canceled');
    const pid = readFileSync(waits, 'utf8').trim();
    await until('the end of the task', () => (existsSync(`/proc/${pid}`) ? undefined : true));
  });

  it('a mesh of three nodes runs a playbook on far, and a cancel ends what runs there', async () => {
    const receptor = withoutProc('receptor', '1');
    const { near, far } = await mesh.chain(
      [runnerWork, { 'work-command': { worktype: 'sh', command: 'sh', allowruntimeparams: true } }],
      { near: receptor, hop: receptor, far: receptor },
    );
    const pdd = privateDataDir(join(mesh.folder, 'pdd'), tasks);
    const end = await runJob(near, pdd, 'j');
    expect(end).toMatchObject({ transmit: 0, submit: 0, process: 0, stderr: '' });
    expect(readFileSync(join(pdd, 'artifacts', 'j', 'status'), 'utf8')).toBe('successful');
    const control = await far.control();
    const { unitId } = await (
      await far.control()
    ).submit(
      {
        node: 'far',
        workType: 'sh',
        params: { params: `-c 'echo $$ >${mesh.folder}/unit; exec sleep 1000'` },
      },
      '',
    );
    const unit = join(mesh.folder, 'unit');
    await until('the unit', () => (existsSync(unit) ? true : undefined));
    const pid = readFileSync(unit, 'utf8').trim();
    expect(await control.workCancel(unitId)).toBe(true);
    await until('the end of its command', () => (existsSync(`/proc/${pid}`) ? undefined : true));
    control.close();
  });
});
