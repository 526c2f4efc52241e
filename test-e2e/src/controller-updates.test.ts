import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
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
  // one that has not started is none
  await (app as ControllerApp | undefined)?.stop();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}, START_MS);

const url = (name: string, secret = ''): string =>
  `http://${secret}127.0.0.1:${server.port}/${name}.git`;
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
    expect(update).toMatchObject({
      status: 'successful',
      scm_revision: first,
      launch_type: 'manual',
    });
    project = await app.ok('GET', `projects/${made.id}/`);
    expect(project).toMatchObject({ status: 'successful', scm_revision: first });
    expect(project['last_updated']).not.toBeNull();
    expect(await app.ok('GET', `projects/${made.id}/playbooks/`)).toEqual(['site.yml']);
    expect(await app.ok('GET', `projects/${made.id}/inventories/`)).toEqual([
      'inventories/dynamic.sh',
    ]);
    const template = { name: 'x', project: made.id, ask_inventory_on_launch: true };
    const refused = await app.send('POST', 'job_templates/', { ...template, playbook: 'none.yml' });
    expect(refused).toMatchObject({
      status: 400,
      body: { playbook: ['Playbook not found for project.'] },
    });
  },
  RUN_MS,
);

it(
  'a password of an address is in no event, no output and no answer',
  async () => {
    const values = { name: 'private', organization, scm_type: 'git' };
    const scm_url = url('private/plays', 'user:sesame@');
    const made = await app.ok('POST', 'projects/', { ...values, scm_url });
    expect(made['scm_url']).toBe(scm_url.replace('user:sesame', '$encrypted$'));
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

it(
  'an archive is a project, whose revision is what it is made of',
  async () => {
    server.archive('plays.tar.gz', { 'top/site.yml': hello, 'top/more/x.yml': 'a: 1\n' });
    const values = { name: 'archive', organization, scm_type: 'archive' };
    const scm_url = `http://127.0.0.1:${server.port}/plays.tar.gz`;
    const made = await app.ok('POST', 'projects/', { ...values, scm_url });
    const update = await lastUpdate(made.id);
    expect([update.status, update['scm_revision']]).toEqual([
      'successful',
      expect.stringMatching(/^[0-9a-f]{64}$/),
    ]);
    expect(await app.ok('GET', `projects/${made.id}/playbooks/`)).toEqual(['site.yml']);
    expect((await app.send('DELETE', `projects/${made.id}/`)).status).toBe(204);
    const sources = join(folder, 'data', 'projects', '.sources');
    expect(readdirSync(sources)).not.toContain(String(made.id));
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
    const second = server.commit('plays', {
      'inventories/dynamic.sh': inventory.replaceAll('web2', 'web3'),
    });
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

it(
  'facts that a job gathers are kept at hosts and given to the next one',
  async () => {
    server.commit('facts', {
      'gather.yml':
        '- hosts: all\n  gather_facts: false\n  tasks:\n    - set_fact: {color: blue, cacheable: true}\n',
      'use.yml':
        '- hosts: all\n  gather_facts: false\n  tasks:\n    - debug: {msg: "it is {{ ansible_facts.color }}"}\n',
    });
    const values = { name: 'facts', organization, scm_type: 'git', scm_url: url('facts') };
    const { id } = await app.ok('POST', 'projects/', values);
    await lastUpdate(id);
    const [demo] = (await app.ok('GET', 'inventories/?name=Demo%20Inventory')).results;
    const run = async (playbook: string): Promise<Answer> => {
      const template = await app.ok('POST', 'job_templates/', {
        ...{ name: playbook, project: id, playbook, inventory: demo?.id, use_fact_cache: true },
      });
      const launched = await app.ok('POST', `job_templates/${template.id}/launch/`, {});
      return app.ended('jobs', launched.id);
    };
    expect((await run('gather.yml')).status).toBe('successful');
    const [host] = (await app.ok('GET', `inventories/${demo?.id}/hosts/`)).results;
    const facts = await app.ok('GET', `hosts/${host?.id}/ansible_facts/`);
    expect(facts).toMatchObject({ color: 'blue' });
    const used = await run('use.yml');
    const said = await app.stdout('jobs', used.id);
    expect([used.status, said]).toEqual(['successful', expect.stringContaining('it is blue')]);
  },
  RUN_MS,
);

it(
  'slices are jobs of one launch that run beside each other, and passwords are asked for',
  async () => {
    const inventoryRow = await app.ok('POST', 'inventories/', { name: 'sliced', organization });
    const variables =
      '{"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}';
    for (const name of ['a', 'b', 'c'])
      await app.ok('POST', 'hosts/', { name, inventory: inventoryRow.id, variables });
    const template = await app.ok('POST', 'job_templates/', {
      ...{ name: 'sliced', project: project.id, playbook: 'site.yml', inventory: inventoryRow.id },
      job_slice_count: 2,
    });
    const launch = `job_templates/${template.id}/launch/`;
    const launched = await app.ok('POST', launch, {});
    const slices = launched['slices'] as { readonly id: number }[];
    expect(slices.map(({ id }) => id)).toEqual([launched.id, launched.id + 1]);
    const jobs = await Promise.all(slices.map(({ id }) => app.ended('jobs', id)));
    expect(
      jobs.map((job) => [job.status, job['job_slice_number'], job['host_status_counts']]),
    ).toEqual([
      ['successful', 1, { ok: 2 }],
      ['successful', 2, { ok: 1 }],
    ]);
    const again = await app.ok('POST', `jobs/${slices[1]?.id}/relaunch/`, {});
    expect(again).toMatchObject({ job_slice_number: 2, job_slice_count: 2 });
    const [machine] = (await app.ok('GET', 'credential_types/?namespace=ssh')).results;
    const credential = await app.ok('POST', 'credentials/', {
      ...{ name: 'asks', organization, credential_type: machine?.id },
      inputs: { username: 'u', become_password: 'ASK' },
    });
    expect(credential['inputs']).toMatchObject({ become_password: 'ASK' });
    await app.ok('POST', `job_templates/${template.id}/credentials/`, { id: credential.id });
    expect(await app.ok('GET', launch)).toMatchObject({
      passwords_needed_to_start: ['become_password'],
      can_start_without_user_input: false,
    });
    expect(await app.send('POST', launch, {})).toMatchObject({
      status: 400,
      body: { passwords_needed_to_start: ['become_password'] },
    });
    const typed = { credential_passwords: { become_password: 'typed' } };
    const asked = await app.ok('POST', launch, typed);
    const done = await app.ended('jobs', asked.id);
    const { status, job_explanation, result_traceback } = done;
    expect([status, job_explanation, result_traceback]).toEqual(['successful', '', '']);
    expect((await app.send('POST', `jobs/${asked.id}/relaunch/`, {})).status).toBe(400);
    for (const path of ['system_jobs', 'system_job_templates', 'workflow_jobs', 'schedules'])
      expect([404, 405]).toContain((await app.send('GET', `${path}/`)).status);
  },
  RUN_MS,
);

it(
  'requirements that can not be had fail the job, with what ansible-galaxy says',
  async () => {
    server.commit('needy', {
      'site.yml': hello,
      'roles/requirements.yml': `- src: git+http://127.0.0.1:${server.port}/no-such.git\n  name: none\n`,
    });
    const values = { name: 'needy', organization, scm_type: 'git', scm_url: url('needy') };
    const { id } = await app.ok('POST', 'projects/', values);
    expect((await lastUpdate(id)).status).toBe('successful');
    const [demo] = (await app.ok('GET', 'inventories/?name=Demo%20Inventory')).results;
    const template = await app.ok('POST', 'job_templates/', {
      ...{ name: 'needy', project: id, playbook: 'site.yml', inventory: demo?.id },
    });
    const launched = await app.ok('POST', `job_templates/${template.id}/launch/`, {});
    const job = await app.ended('jobs', launched.id);
    expect(job.status).toBe('failed');
    const why = String(job['job_explanation']);
    const previous = JSON.parse(why.replace('Previous Task Failed: ', '')) as { job_id: string };
    const said = await app.stdout('project_updates', Number(previous.job_id));
    console.log(why, said);
    expect(said).toContain('ansible-galaxy role install failed');
    const update = await app.ok('GET', `project_updates/${previous.job_id}/`);
    expect(update).toMatchObject({ launch_type: 'sync', job_type: 'run', status: 'failed' });
    // what a job did for itself says nothing of the project
    expect(await app.ok('GET', `projects/${id}/`)).toMatchObject({ status: 'successful' });
  },
  RUN_MS,
);
