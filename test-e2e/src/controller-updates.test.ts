import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ControllerApp, SourceServer, type Answer } from './controller-app.js';

const START_MS = 300_000;
const RUN_MS = 600_000;
const hello = `- hosts: all
  gather_facts: false
  tasks:
    - debug: {msg: "for {{ inventory_hostname }} at {{ awx_project_revision }}"}
`;
const inventory = `#!/bin/sh
echo '{"_meta": {"hostvars": {
  "web1": {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}", "power": "on"},
  "web2": {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}", "power": "off"}}},
  "web": {"hosts": ["web1", "web2"], "vars": {"port": 80}}, "all": {"children": ["web"], "vars": {"region": "north"}}}'
`;

let folder: string;
let server: SourceServer;
let app: ControllerApp;
let organization: number;
let first: string;
let project: Answer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'updates-'));
  server = await SourceServer.start(join(folder, 'served'));
  first = server.commit('plays', { 'site.yml': hello, 'inventories/dynamic.sh': inventory });
  server.commit('private/plays', { 'site.yml': hello });
  app = await ControllerApp.start(join(folder, 'data'), 'control-1', {
    CONTROLLER_SECRET_KEY: randomBytes(32).toString('base64'),
  });
  organization = (await app.ok('GET', 'organizations/?name=Default')).results[0]?.id ?? 0;
}, START_MS);
afterAll(async () => {
  await app.stop();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}, START_MS);

const url = (name: string, secret = ''): string => `http://${secret}127.0.0.1:${server.port}/${name}.git`;
const lastUpdate = async (id: number): Promise<Answer> => {
  const { results } = await app.ok('GET', `projects/${id}/project_updates/?order_by=-id`);
  return app.ended('project_updates', results[0]?.id ?? 0);
};

it(
  'a project of git is fetched when it is made, and a job runs at its revision',
  async () => {
    const values = { name: 'plays', organization, scm_type: 'git', scm_url: url('plays') };
    const made = await app.ok('POST', 'projects/', values);
    const update = await lastUpdate(made.id);
    console.log(await app.stdout('project_updates', update.id));
    expect(update).toMatchObject({ status: 'successful', scm_revision: first, launch_type: 'manual' });
    project = await app.ok('GET', `projects/${made.id}/`);
    expect(project).toMatchObject({ status: 'successful', scm_revision: first });
    expect(project['last_updated']).not.toBeNull();
    expect(await app.ok('GET', `projects/${made.id}/playbooks/`)).toEqual(['site.yml']);
    expect(await app.ok('GET', `projects/${made.id}/inventories/`)).toEqual(['inventories/dynamic.sh']);
    const template = { name: 'x', project: made.id, ask_inventory_on_launch: true };
    const refused = await app.send('POST', 'job_templates/', { ...template, playbook: 'none.yml' });
    expect(refused).toMatchObject({ status: 400, body: { playbook: ['Playbook not found for project.'] } });
  },
  RUN_MS,
);

it(
  'a password of an address is in no event, no output and no answer',
  async () => {
    const values = { name: 'private', organization, scm_type: 'git' };
    const scm_url = url('private/plays', 'user:sesame@');
    const made = await app.ok('POST', 'projects/', { ...values, scm_url });
    expect(made['scm_url']).toBe(scm_url.replace('sesame', '$encrypted$'));
    const update = await lastUpdate(made.id);
    expect(update.status).toBe('successful');
    const events = await app.ok('GET', `project_updates/${update.id}/events/?page_size=200`);
    const all = JSON.stringify([update, events, await app.ok('GET', 'activity_stream/')]);
    expect(all).not.toContain('sesame');
    const wrong = { scm_url: url('private/plays', 'user:wrong-one@') };
    await app.ok('PATCH', `projects/${made.id}/`, wrong);
    const failed = await lastUpdate(made.id);
    expect(failed.status).toBe('failed');
    const said = await app.stdout('project_updates', failed.id);
    console.log(said);
    expect(said).toContain('git fetch failed');
    expect(said).not.toContain('wrong-one');
  },
  RUN_MS,
);

it('addresses that lead elsewhere are refused, and a folder by hand is not updated', async () => {
  const values = { name: 'bad', organization, scm_type: 'git' };
  for (const scm_url of ['file:///etc', 'http://169.254.169.254/x.git', 'ext::sh -c id'])
    expect(await app.send('POST', 'projects/', { ...values, scm_url })).toMatchObject({
      status: 400,
      body: { scm_url: [expect.any(String)] },
    });
  const [demo] = (await app.ok('GET', 'projects/?scm_type=')).results;
  expect((await app.send('POST', `projects/${demo?.id}/update/`)).status).toBe(405);
});

it(
  'a source brings its hosts; a launch updates project and inventory before it, and the job waits for both',
  async () => {
    const made = await app.ok('POST', 'inventories/', { name: 'dynamic', organization });
    const source = await app.ok('POST', 'inventory_sources/', {
      ...{ name: 'script', inventory: made.id, source: 'scm', source_project: project.id },
      ...{ source_path: 'inventories/dynamic.sh', overwrite: true, update_on_launch: true },
      ...{ enabled_var: 'power', enabled_value: 'on' },
    });
    const started = await app.send('POST', `inventory_sources/${source.id}/update/`);
    expect(started.status).toBe(202);
    const update = await app.ended('inventory_updates', started.body.id);
    console.log(update['job_explanation'], await app.stdout('inventory_updates', update.id));
    expect(update).toMatchObject({ status: 'successful', event_processing_finished: true });
    expect(await app.ok('GET', `inventories/${made.id}/`)).toMatchObject({
      ...{ total_hosts: 2, total_groups: 1, total_inventory_sources: 1 },
      variables: '{"region":"north"}',
    });
    const { results } = await app.ok('GET', `inventories/${made.id}/hosts/?order_by=name`);
    expect(results.map(({ name, enabled }) => [name, enabled])).toEqual([
      ['web1', true],
      ['web2', false],
    ]);
    const second = server.commit('plays', { 'inventories/dynamic.sh': inventory.replaceAll('web2', 'web3') });
    await app.ok('PATCH', `projects/${project.id}/`, { scm_update_on_launch: true });
    const template = await app.ok('POST', 'job_templates/', {
      ...{ name: 'run', project: project.id, playbook: 'site.yml', inventory: made.id },
    });
    const launched = await app.ok('POST', `job_templates/${template.id}/launch/`, {});
    const job = await app.ended('jobs', launched.id);
    console.log(job['job_explanation'], await app.stdout('jobs', job.id));
    expect(job).toMatchObject({ status: 'successful', scm_revision: second });
    expect(await app.stdout('jobs', job.id)).toContain(`for web1 at ${second}`);
    const updates = await app.ok('GET', 'unified_jobs/?launch_type=dependency&order_by=id');
    expect(updates.results.map(({ type, status }) => [type, status]).sort()).toEqual([
      ['inventory_update', 'successful'],
      ['project_update', 'successful'],
    ]);
    const hosts = await app.ok('GET', `inventories/${made.id}/hosts/?order_by=name`);
    expect(hosts.results.map(({ name }) => name)).toEqual(['web1', 'web3']);
  },
  RUN_MS,
);
