import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runOnNode } from '@receptorjs/runner-mesh';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { privateDataDir, runnerWork, storedEvents } from './job.js';
import { freePort, Mesh, type Daemon } from './mesh.js';

let mesh: Mesh;
beforeEach(() => {
  mesh = new Mesh();
});
afterEach(() => mesh.end());

/** Two daemons, hop - far; hop's TCP port is where a run enters. */
async function hopAndFar(): Promise<{ hop: Daemon; far: Daemon; peer: string }> {
  const port = await freePort();
  const hop = mesh.start('hop', [{ 'tcp-listener': { bindaddr: '127.0.0.1', port } }]);
  const far = mesh.start('far', [{ 'tcp-peer': { address: `127.0.0.1:${port}` } }, runnerWork]);
  await hop.routeTo('far');
  return { hop, far, peer: `receptor://127.0.0.1:${port}` };
}

const manyEvents = `
- hosts: all
  gather_facts: false
  tasks:
    - name: many
      ansible.builtin.debug: { msg: "{{ item }}" }
      loop: "{{ range(0, 50) | list }}"
`;

it('runs a playbook on far through hop, with its events and artifacts here', async () => {
  const { peer, far } = await hopAndFar();
  const folder = privateDataDir(join(mesh.folder, 'pdd'), manyEvents);
  const live: string[] = [];
  const result = await runOnNode({
    privateDataDir: folder,
    playbook: 'play.yml',
    ident: 'r1',
    viaReceptor: 'far',
    receptorPeer: peer,
    onEvent: (event) => void live.push(event.uuid),
  });
  expect(result).toMatchObject({ status: 'successful', rc: 0, ident: 'r1' });
  expect(result.stats?.ok).toEqual({ h1: 1, h2: 1 });
  const events = storedEvents(result.artifactDir);
  expect(events.map(({ uuid }) => uuid)).toEqual(live);
  expect(readFileSync(join(result.artifactDir, 'rc'), 'utf8')).toBe('0');
  const control = await far.control();
  expect([...(await control.workList()).keys()]).toEqual([]);
  control.close();
});
