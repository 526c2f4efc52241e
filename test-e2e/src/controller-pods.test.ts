import {
  skipsWithoutKubernetes,
  startCluster,
  type Cluster,
} from '@receptorjs/tooling-kubernetes-cluster';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ControllerApp } from './controller-app.js';
import { ImageRoot } from './image-root.js';
import { Mesh, until } from './mesh.js';

const IMAGE = 'localhost/execution-environment:2';
const PLAYBOOK = `
- hosts: all
  gather_facts: false
  connection: local
  tasks:
    - { name: where, ansible.builtin.command: "id -u", register: who }
    - ansible.builtin.debug: { msg: "job {{ awx_job_id }} as {{ who.stdout }}" }
`;
const WAITING = `
- hosts: all
  gather_facts: false
  connection: local
  tasks:
    - ansible.builtin.wait_for: { timeout: 600 }
`;

describe.skipIf(skipsWithoutKubernetes({ controls: true }))('jobs of a container group', () => {
  let cluster: Cluster;
  let mesh: Mesh;
  let app: ControllerApp;
  let namespace: string;

  beforeAll(async () => {
    mesh = new Mesh();
    cluster = await startCluster({ waitMs: 120_000 });
    const image = new ImageRoot(join(mesh.folder, 'image'));
    image.addAnsible();
    image.addRunners();
    await cluster.importImage(image.folder, { name: IMAGE, entrypoint: ['tini', '-s', '--'] });
    rmSync(image.folder, { recursive: true });
    namespace = await cluster.namespace();
    const data = join(mesh.folder, 'controller');
    mkdirSync(join(data, 'projects', 'pods'), { recursive: true });
    for (const [name, text] of Object.entries({ 'play.yml': PLAYBOOK, 'wait.yml': WAITING })) {
      writeFileSync(join(data, 'projects', 'pods', name), text);
    }
    app = await ControllerApp.start(data, 'control-1');
  }, 400_000);
  afterAll(async () => {
    await app.stop();
    await mesh.end();
    await cluster.stop();
  }, 60_000);

  const pods = async (): Promise<readonly { readonly metadata: { readonly name: string } }[]> => {
    const path = `/api/v1/namespaces/${namespace}/pods`;
    const { items } = (await cluster.request('GET', path)) as {
      readonly items: readonly { readonly metadata: { readonly name: string } }[];
    };
    return items;
  };
  const ended = (id: number) => app.ended('jobs', id);

  /** A template whose jobs run in pods of the cluster, as the resources of the API make it. */
  async function template(name: string, playbook: string, token = 'admin-token'): Promise<number> {
    const organization = await app.idOf('organizations/', 'Default');
    const project = await app.make('projects/', {
      name,
      organization,
      local_path: 'pods',
    });
    const inventory = await app.make('inventories/', { name, organization });
    await app.make('hosts/', { name: 'h1', inventory });
    const made = await app.make('job_templates/', {
      ...{ name, project, inventory, playbook },
      execution_environment: await app.make('execution_environments/', {
        name,
        image: IMAGE,
      }),
    });
    const credential = await app.make('credentials/', {
      name,
      organization,
      credential_type: await app.idOf(
        'credential_types/',
        'OpenShift or Kubernetes API Bearer Token',
      ),
      inputs: {
        host: cluster.server,
        bearer_token: token,
        verify_ssl: true,
        ssl_ca_cert: cluster.ca,
      },
    });
    const id = await app.make('instance_groups/', {
      name,
      is_container_group: true,
      credential,
      pod_spec_override: JSON.stringify({
        metadata: { namespace },
        spec: { containers: [{ name: 'worker', imagePullPolicy: 'Never' }] },
      }),
    });
    await app.ok('POST', `job_templates/${made}/instance_groups/`, { id });
    return made;
  }

  it('run in pods of its cluster, with all their events, and leave none', async () => {
    const id = await app.make(`job_templates/${await template('runs', 'play.yml')}/launch/`, {});
    const job = await ended(id);
    expect(job, JSON.stringify(job)).toMatchObject({
      status: 'successful',
      execution_node: '',
      controller_node: 'control-1',
      event_processing_finished: true,
    });
    expect(await app.stdout('jobs', id)).toContain(`job ${id} as 0`);
    await until('the pod to be gone', async () => (await pods()).length === 0 || undefined);
  });

  it('are canceled with their pods', async () => {
    const id = await app.make(`job_templates/${await template('waits', 'wait.yml')}/launch/`, {});
    const [pod] = await until('the pod', async () => {
      const found = await pods();
      return found.length > 0 ? found : undefined;
    });
    expect(pod?.metadata.name).toMatch(new RegExp(`^automation-job-${id}-`));
    await until('the job to run', async () => {
      const { status } = await app.ok('GET', `jobs/${id}/`);
      return status === 'running' || undefined;
    });
    expect(await app.send('POST', `jobs/${id}/cancel/`, {})).toMatchObject({ status: 202 });
    expect(await ended(id)).toMatchObject({ status: 'canceled' });
    await until('the pod to be gone', async () => (await pods()).length === 0 || undefined);
  });

  it('say why where their cluster refuses them', async () => {
    const made = await template('refused', 'play.yml', 'wrong-token');
    const job = await ended(await app.make(`job_templates/${made}/launch/`, {}));
    expect(job).toMatchObject({ status: 'error', event_processing_finished: true });
    expect(`${String(job['job_explanation'])} ${String(job['result_traceback'])}`).toContain(
      'Unauthorized',
    );
    expect(JSON.stringify(job)).not.toContain('wrong-token');
  });
});
