import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ControlClient } from '@receptorjs/control-client';
import { goReceptor, skipsWithoutGo } from '@receptorjs/tooling-test-peers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { privateDataDir, runJob, runnerWork, storedEvents } from './job.js';
import { Mesh, type Daemon } from './mesh.js';

const withoutGo = skipsWithoutGo();
const { path: go } = goReceptor;

const playbook = `
- hosts: all
  gather_facts: false
  tasks:
    - { name: one, ansible.builtin.debug: { msg: "one" } }
    - name: many
      ansible.builtin.debug: { msg: "{{ item }}" }
      loop: "{{ range(0, 20) | list }}"
`;

describe.skipIf(withoutGo)('with the Go receptor', () => {
  let mesh: Mesh;
  beforeEach(() => {
    mesh = new Mesh();
  });
  afterEach(() => mesh.end());

  async function expectTalk(from: Daemon, to: string, hops: string[]): Promise<void> {
    const control = await from.control();
    expect(await control.ping(to)).toMatchObject({ success: true, from: to });
    const trace = await control.traceroute(to);
    expect(Object.values(trace).map((hop) => (hop as { From: string }).From)).toEqual(hops);
    control.close();
    const through = await from.control();
    const there = ControlClient.over(await through.connectService(to, 'control'));
    expect(await there.nodeId()).toBe(to);
    expect(await there.status(['NodeID'])).toEqual({ NodeID: to });
    there.close();
  }

  it.each([
    ['hop', { hop: go }],
    ['far', { far: go }],
    ['near', { near: go }],
    ['near and hop', { near: go, hop: go }],
    ['hop and far', { hop: go, far: go }],
    ['near and far', { near: go, far: go }],
  ])('runs a job when %s is theirs', async (_, commands) => {
    const { near, far } = await mesh.chain([runnerWork], commands);
    await expectTalk(near, 'far', ['near', 'hop', 'far']);
    await expectTalk(far, 'near', ['far', 'hop', 'near']);
    const pdd = privateDataDir(join(mesh.folder, 'pdd'), playbook);
    expect(await runJob(near, pdd, 'go')).toMatchObject({ transmit: 0, submit: 0, process: 0 });
    const artifacts = join(pdd, 'artifacts', 'go');
    expect(readFileSync(join(artifacts, 'status'), 'utf8')).toBe('successful');
    const events = storedEvents(artifacts);
    expect(events.map(({ counter }) => counter)).toEqual(events.map((_event, at) => at + 1));
    expect(events.filter(({ event }) => event === 'runner_item_on_ok')).toHaveLength(40);
  });
});
