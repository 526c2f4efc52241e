import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { freePort } from '@receptorjs/tooling-test-peers';
import { privateDataDir, runnerWork, storedEvents } from './job.js';
import { bin, command, env, Mesh } from './mesh.js';

/** One mesh for all tests: far behind hop. */
let mesh: Mesh;
/** What the command line says of the way to far. */
let there: readonly string[];
/** The folder of one test. */
let folder: string;
beforeAll(async () => {
  mesh = new Mesh();
  const port = await freePort();
  const hop = mesh.start('hop', [{ 'tcp-listener': { bindaddr: '127.0.0.1', port } }]);
  mesh.start('far', [{ 'tcp-peer': { address: `127.0.0.1:${port}` } }, runnerWork]);
  await hop.routeTo('far');
  there = ['--via-receptor', 'far', '--receptor-peer', `receptor://127.0.0.1:${port}`];
});
beforeEach(() => {
  folder = mkdtempSync(join(mesh.folder, 'test-'));
});
afterAll(() => mesh.end());

const playbook = `
- hosts: h1
  gather_facts: false
  tasks:
    - { name: one, ansible.builtin.debug: { msg: "one" } }
    - { name: wait, ansible.builtin.command: "sleep {{ seconds | default(0) }}" }
    - { name: end, ansible.builtin.fail: { msg: "no more" }, when: fails is defined }
`;

const run = (pdd: string, ...words: string[]) => [
  'run',
  pdd,
  '-p',
  'play.yml',
  '-i',
  'j',
  ...words,
];

it('ansible-runner run --via-receptor shows the output, leaves the artifacts and ends with the rc of the job', async () => {
  const pdd = privateDataDir(join(folder, 'pdd'), playbook);
  const good = await command(bin('ansible-runner'), run(pdd, ...there));
  expect(good).toMatchObject({ code: 0 });
  expect(good.stdout).toContain('PLAY RECAP');
  const artifacts = join(pdd, 'artifacts', 'j');
  expect(storedEvents(artifacts).at(-1)?.event).toBe('playbook_on_stats');
  expect(readFileSync(join(artifacts, 'stdout'), 'utf8')).toBe(good.stdout);
  const named = ['--receptor-node-id', 'runner-node'];
  const fails = ['--cmdline', '-e fails=1', ...named];
  const bad = await command(bin('ansible-runner'), run(pdd, ...there, ...fails));
  expect(bad.code).toBe(2);
});

it('says what stands in the way, and ends with 1', async () => {
  const pdd = privateDataDir(join(folder, 'pdd'), playbook);
  const port = await freePort();
  const nowhere = ['--via-receptor', 'far', '--receptor-peer', `receptor://127.0.0.1:${port}`];
  const none = await command(bin('ansible-runner'), run(pdd, ...nowhere));
  expect(none).toMatchObject({ code: 1, stdout: '' });
  expect(none.stderr).toContain(`Cannot connect to peer receptor://127.0.0.1:${port}: `);
});

it('SIGINT cancels the job at far, and the run ends with 254', async () => {
  const pdd = privateDataDir(join(folder, 'pdd'), playbook);
  const words = run(pdd, ...there, '--cmdline', '-e seconds=1000');
  const child = spawn(bin('ansible-runner'), words, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let shown = '';
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      shown += chunk.toString();
      if (shown.includes('TASK [wait]')) resolve();
    });
  });
  child.kill('SIGINT');
  const end = await once(child, 'close');
  expect(end).toEqual([254, null]);
  expect(readFileSync(join(pdd, 'artifacts', 'j', 'status'), 'utf8')).toBe('canceled');
});
