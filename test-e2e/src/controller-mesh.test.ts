import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ControllerMesh } from '@receptorjs/controller-mesh';
import { freePort } from '@receptorjs/tooling-test-peers';
import { runnerWork, privateDataDir } from './job.js';
import { Mesh, until, type Daemon } from './mesh.js';

const work = {
  'work-command': { ...runnerWork['work-command'], allowruntimeparams: true },
};

let mesh: Mesh;
let nodes: { near: Daemon; hop: Daemon; far: Daemon };
let seen: ControllerMesh;
beforeAll(async () => {
  mesh = new Mesh();
  nodes = await mesh.chain([work]);
  const folder = join(mesh.folder, 'jobs');
  mkdirSync(folder);
  seen = new ControllerMesh({ address: `unix:${nodes.near.socket}`, folder });
});
afterAll(async () => {
  seen.close();
  await mesh.end();
});

it('shows', async () => {
  const view = await seen.view();
  console.log(JSON.stringify(view, null, 1));
  console.log(await seen.checkHealth('far'), await seen.checkHealth('hop'), await seen.checkHealth('nobody'));
});

it('runs', async () => {
  const signal = new AbortController().signal;
  const pdd = privateDataDir(join(mesh.folder, 'p'), '- hosts: all\n  gather_facts: false\n  tasks:\n    - debug: {msg: "hi {{ who }}"}\n');
  const ids: unknown[] = [];
  const t0 = performance.now();
  const unitId = await seen.jobs.start({ jobId: 7, node: 'far', workType: 'ansible-runner', submissionId: 'abc-1',
    run: async () => ({ task: { kind: 'playbook', playbook: 'play.yml' }, projectFolder: join(pdd, 'project'), extraVars: { who: 'you' },
      inventory: { all: { hosts: ['h1', 'h2'] }, _meta: { hostvars: { h1: { ansible_connection: 'local' }, h2: {ansible_connection: 'local'} } } } }),
    onUnit: async (id) => { ids.push(id); } }, signal);
  console.log(unitId, ids, performance.now() - t0);
  console.log(await seen.jobs.units('far', signal));
  const counters: unknown[] = [];
  const end = await seen.jobs.follow({ node: 'far', unitId }, { jobId: 7, after: 0, onEvent: (e) => { counters.push([e.counter, e.event]); } }, signal);
  console.log(counters, JSON.stringify(end).slice(0, 600), performance.now() - t0);
  await seen.jobs.release({ node: 'far', unitId }, signal);
  await seen.jobs.release({ node: 'far', unitId }, signal);
  console.log(await seen.jobs.units('far', signal));
  await expect(seen.jobs.follow({ node: 'far', unitId }, { jobId: 7, after: 0, onEvent: () => undefined }, signal)).rejects.toMatchObject({ code: 'unit-gone' });
});
