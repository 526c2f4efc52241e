import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { privateDataDir, runJob, runnerWork, storedEvents } from './job.js';
import { Mesh, until } from './mesh.js';

let mesh: Mesh;
beforeEach(() => {
  mesh = new Mesh();
});
afterEach(() => mesh.end());

/** Ten tasks, the fifth of which waits until the test opens the gate. */
const gated = (folder: string): string => `
- hosts: all
  gather_facts: false
  tasks:
    - { name: before 1, ansible.builtin.debug: { msg: "one" } }
    - { name: before 2, ansible.builtin.debug: { msg: "two" } }
    - name: say that the gate is reached
      ansible.builtin.file: { path: "${folder}/reached-{{ inventory_hostname }}", state: touch }
    - name: wait at the gate
      ansible.builtin.command: sh -c 'until [ -e ${folder}/gate ]; do sleep 0.05; done'
    - { name: after 1, ansible.builtin.debug: { msg: "three" } }
    - name: many
      ansible.builtin.debug: { msg: "{{ item }}" }
      loop: "{{ range(0, 50) | list }}"
`;

/** Every event once, counters without a gap, nothing of the run missing at its end. */
function expectComplete(artifacts: string): void {
  const events = storedEvents(artifacts);
  expect(events.map(({ counter }) => counter)).toEqual(events.map((_, at) => at + 1));
  expect(new Set(events.map(({ uuid }) => uuid)).size).toBe(events.length);
  expect(events.filter(({ event }) => event === 'runner_item_on_ok')).toHaveLength(100);
  expect(events.filter(({ event }) => event === 'runner_on_ok')).toHaveLength(12);
  expect(events.at(-1)?.event).toBe('playbook_on_stats');
  expect(readFileSync(join(artifacts, 'status'), 'utf8')).toBe('successful');
  expect(readFileSync(join(artifacts, 'rc'), 'utf8')).toBe('0');
  const printed = events.map(({ stdout }) => stdout).join('\n');
  expect(printed).toMatch(/PLAY RECAP/);
}

it('runs a playbook on far and leaves its artifacts on near (D30: without a warning in any log)', async () => {
  const { near, hop, far } = await mesh.chain([runnerWork]);
  const ready = new Map([near, hop, far].map((daemon) => [daemon, daemon.logText().length]));
  const pdd = privateDataDir(join(mesh.folder, 'pdd'), gated(mesh.folder));
  writeFileSync(join(mesh.folder, 'gate'), '');
  const end = await runJob(near, pdd, 'j1');
  expect(end).toMatchObject({ transmit: 0, submit: 0, process: 0, stderr: '' });
  expect(end.stdout).toContain('PLAY RECAP');
  expectComplete(join(pdd, 'artifacts', 'j1'));
  expect(readdirSync(join(pdd, 'artifacts', 'j1'))).toEqual(
    expect.arrayContaining(['command', 'job_events', 'rc', 'status', 'stdout']),
  );
  for (const daemon of [near, hop, far]) {
    expect(daemon.logText().slice(ready.get(daemon))).not.toMatch(/^(WARNING|ERROR) /m);
  }
  const control = await far.control();
  expect([...(await control.workList()).values()].map(({ state }) => state)).toEqual([2]);
  control.close();
});

it.each([
  ['far', 'kill -9 of the daemon that runs it'],
  ['near', 'kill -9 of the daemon that asked for it'],
  ['hop', 'kill -9 of the daemon between them'],
] as const)('loses and doubles nothing on %s (%s)', async (victim, _how) => {
  const nodes = await mesh.chain([runnerWork]);
  const pdd = privateDataDir(join(mesh.folder, 'pdd'), gated(mesh.folder));
  const job = runJob(nodes.near, pdd, 'j2');
  await until('the gate to be reached', () =>
    existsSync(join(mesh.folder, 'reached-h1')) && existsSync(join(mesh.folder, 'reached-h2'))
      ? true
      : undefined,
  );
  await nodes[victim].stop('SIGKILL');
  nodes[victim].start();
  await nodes.near.routeTo('far');
  writeFileSync(join(mesh.folder, 'gate'), '');
  expect(await job).toMatchObject({ transmit: 0, submit: 0, process: 0 });
  expectComplete(join(pdd, 'artifacts', 'j2'));
});

it('finds the end of a job that ended while the daemon was down', async () => {
  const { near, far } = await mesh.chain([runnerWork]);
  const pdd = privateDataDir(join(mesh.folder, 'pdd'), gated(mesh.folder));
  const job = runJob(near, pdd, 'j3');
  await until('the gate to be reached', () =>
    existsSync(join(mesh.folder, 'reached-h1')) && existsSync(join(mesh.folder, 'reached-h2'))
      ? true
      : undefined,
  );
  const control = await far.control();
  const [unit] = (await control.workList()).keys();
  control.close();
  await far.stop('SIGKILL');
  writeFileSync(join(mesh.folder, 'gate'), '');
  const stdout = join(mesh.folder, 'data', 'far', unit!, 'stdout');
  await until('the job to end', () =>
    /\{"eof": ?true\}\s*$/.test(readFileSync(stdout, 'utf8')) ? true : undefined,
  );
  far.start();
  expect(await job).toMatchObject({ transmit: 0, submit: 0, process: 0 });
  expectComplete(join(pdd, 'artifacts', 'j3'));
});
