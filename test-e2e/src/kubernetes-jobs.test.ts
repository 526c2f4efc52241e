import {
  skipsWithoutKubernetes,
  startCluster,
  type Cluster,
} from '@receptorjs/tooling-kubernetes-cluster';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ImageRoot, pythonRunner } from './image-root.js';
import { privateDataDir, storedEvents } from './job.js';
import { bin, env, Mesh, until, venv, type Daemon } from './mesh.js';

const IMAGE = 'localhost/execution-environment:1';
/** Tasks that write some hundred kilobytes of events. */
const PLAYBOOK = `
- hosts: all
  gather_facts: false
  tasks:
    - { name: where, ansible.builtin.command: "id -u", register: who }
    - name: many
      ansible.builtin.debug: { msg: "{{ item }}" }
      loop: "{{ range(0, 100) | list }}"
`;

const runners = {
  ours: { here: bin('ansible-runner'), inPod: 'ansible-runner' },
  original: { here: join(venv, 'bin', 'ansible-runner'), inPod: pythonRunner },
};
type Runner = keyof typeof runners;

describe.skipIf(skipsWithoutKubernetes({ controls: true }))('jobs of Ansible in pods', () => {
  let cluster: Cluster;
  let mesh: Mesh;
  let near: Daemon;
  let far: Daemon;

  beforeAll(async () => {
    mesh = new Mesh();
    cluster = await startCluster({
      ...{ logMaxSize: '100Ki', logMaxFiles: 2, logMonitorInterval: '3s' },
      waitMs: 120_000,
    });
    const image = new ImageRoot(join(mesh.folder, 'image'));
    image.addAnsible();
    image.addRunners();
    await cluster.importImage(image.folder, { name: IMAGE, entrypoint: ['tini', '-s', '--'] });
    rmSync(image.folder, { recursive: true });
    const namespace = await cluster.namespace();
    const types = Object.entries(runners).map(([name, { inPod }]) => {
      const path = join(mesh.folder, `${inPod.replaceAll('/', '-')}.json`);
      const args = [inPod, 'worker', '--private-data-dir=/tmp/job'];
      const worker = { name: 'worker', image: IMAGE, imagePullPolicy: 'Never', args };
      const pod = { apiVersion: 'v1', kind: 'Pod', spec: { containers: [worker] } };
      writeFileSync(path, JSON.stringify(pod));
      const login = { authmethod: 'kubeconfig', kubeconfig: cluster.kubeconfig, namespace };
      return { 'work-kubernetes': { worktype: name, pod: path, ...login } };
    });
    ({ near, far } = await mesh.chain(types));
  }, 300_000);
  afterAll(async () => {
    await mesh.end();
    await cluster.stop();
  });

  /** transmit and process near, worker in a pod of far's, joined by pipes. */
  async function runJob(here: Runner, inPod: Runner, ident: string): Promise<string> {
    const pdd = privateDataDir(join(mesh.folder, ident), PLAYBOOK);
    const runner = runners[here].here;
    const transmit = spawn(runner, ['transmit', pdd, '-p', 'play.yml', '--ident', ident], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const words = ['--socket', near.socket, 'work', 'submit', inPod, '--node', 'far', '-f', '-p'];
    const submit = spawn(bin('receptorctl'), [...words, '-'], {
      env,
      stdio: [transmit.stdout, 'pipe', 'inherit'],
    });
    const processing = spawn(runner, ['process', pdd, '--ident', ident], {
      env,
      stdio: [submit.stdout, 'ignore', 'inherit'],
    });
    transmit.stdout.destroy();
    submit.stdout.destroy();
    const codes = await Promise.all(
      [transmit, submit, processing].map(
        async (child) => (await once(child, 'close'))[0] as number,
      ),
    );
    expect(codes, (await far.ctl('work', 'list')).stdout).toEqual([0, 0, 0]);
    return join(pdd, 'artifacts', ident);
  }

  it.each([
    ['ours', 'ours'],
    ['ours', 'original'],
    ['original', 'ours'],
    ['original', 'original'],
  ] as const)('transmit and process %s, worker %s', async (here, inPod) => {
    const artifacts = await runJob(here, inPod, `j${here.length}-${inPod.length}`);
    const events = storedEvents(artifacts);
    expect(events.map(({ counter }) => counter)).toEqual(events.map((_, at) => at + 1));
    expect(events.filter(({ event }) => event === 'runner_item_on_ok')).toHaveLength(200);
    expect(events.at(-1)?.event).toBe('playbook_on_stats');
    expect(far.logText()).not.toContain('comes by the log');
    await until('the pod to have ended', async () => {
      const control = await far.control();
      const states = [...(await control.workList()).values()].map(({ state }) => state);
      control.close();
      return states.every((state) => state === 2) || undefined;
    });
  });
});
