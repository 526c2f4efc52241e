import type { Criterion, ResourceStore } from '@receptorjs/controller-core';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { managedCredentialTypes } from './credential-types.js';

const PLAYBOOK = 'hello_world.yml';
const playbook = `- name: Hello World Sample
  hosts: all
  gather_facts: false
  tasks:
    - name: Hello Message
      ansible.builtin.debug:
        msg: "Hello World!"
`;

/**
 * What every controller begins with: kinds of credentials, the two instance groups, and what there is to try it with, as AWX has it. Does
 * nothing where an organization is there.
 *
 * @param projectsFolder in which the folder of the demo project is made
 * @returns whether it was missing
 */
export async function addFirstData(store: ResourceStore, projectsFolder: string): Promise<boolean> {
  return store.transaction(async (inner) => {
    for (const type of managedCredentialTypes)
      await ensure(inner, 'credential_types', 'namespace', { ...type, managed: true });
    for (const name of ['controlplane', 'default'])
      await ensure(inner, 'instance_groups', 'name', { name, policy_instance_percentage: 100 });
    if ((await inner.count('organizations', { kind: 'all', of: [] })) > 0) return false;
    await addDemo(inner, projectsFolder);
    return true;
  });
}

async function addDemo(store: ResourceStore, projectsFolder: string): Promise<void> {
  const organization = await store.insert('organizations', { name: 'Default' });
  const local_path = '_demo_project';
  const folder = join(projectsFolder, local_path);
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  writeFileSync(join(folder, PLAYBOOK), playbook);
  const project = await store.insert('projects', {
    name: 'Demo Project',
    organization,
    local_path,
    status: 'ok',
    playbook_files: [PLAYBOOK],
  });
  const inventory = await store.insert('inventories', { name: 'Demo Inventory', organization });
  await store.insert('hosts', {
    name: 'localhost',
    inventory,
    variables: `ansible_connection: local\nansible_python_interpreter: '{{ ansible_playbook_python }}'`,
  });
  const [machine] = await store.list('credential_types', {
    criterion: named('namespace', 'ssh'),
    order: [],
    limit: 1,
    offset: 0,
  });
  const credential = await store.insert('credentials', {
    name: 'Demo Credential',
    organization,
    credential_type: machine?.['id'],
    inputs: { username: 'admin' },
  });
  const template = await store.insert('job_templates', {
    name: 'Demo Job Template',
    organization,
    inventory,
    project,
    playbook: PLAYBOOK,
  });
  await store.link('job_templates', template, 'credentials', credential);
}

const named = (field: string, value: string): Criterion => ({
  kind: 'field',
  field,
  lookup: 'exact',
  value,
});

async function ensure(
  store: ResourceStore,
  resource: string,
  key: string,
  values: Readonly<Record<string, unknown>>,
): Promise<void> {
  const count = await store.count(resource, named(key, String(values[key])));
  if (count === 0) await store.insert(resource, values);
}
