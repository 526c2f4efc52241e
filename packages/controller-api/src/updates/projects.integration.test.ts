import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { START_MS, startServer, type TestServer } from '../test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
}, START_MS);
afterAll(() => server.stop());

const git = { scm_type: 'git', scm_url: 'https://user:sesame@git.example.com/x.git' };
const updatesOf = async (id: number): Promise<readonly unknown[]> => {
  const path = `/api/v2/projects/${id}/project_updates/?order_by=id`;
  const { body } = await server.send('GET', path);
  return body.results.map(({ launch_type, status, scm_branch }) => [
    launch_type,
    status,
    scm_branch,
  ]);
};

describe('projects', () => {
  it('are updated when they are made, and when where they come from changes', async () => {
    const { body } = await server.send('POST', '/api/v2/projects/', { name: 'a', ...git });
    expect(body).toMatchObject({
      local_path: `_${body.id}__a`,
      scm_url: 'https://$encrypted$@git.example.com/x.git',
      status: 'pending',
    });
    await server.send('PATCH', body.url, { description: 'more' });
    expect(await updatesOf(body.id)).toEqual([['manual', 'pending', '']]);
    // the address as it was shown is the one that is stored
    await server.send('PATCH', body.url, { scm_url: body['scm_url'], scm_branch: 'next' });
    expect(await updatesOf(body.id)).toHaveLength(2);
    const row = await server.store.get('projects', body.id);
    expect(row).toMatchObject({ scm_url: git.scm_url, scm_branch: 'next' });
    const stream = await server.send('GET', '/api/v2/activity_stream/?page_size=200');
    expect(stream.text).not.toContain('sesame');
  });

  it('give the password of an address to no other machine, and to nobody who compares', async () => {
    const { body } = await server.send('POST', '/api/v2/projects/', { name: 'kept', ...git });
    const elsewhere = 'https://$encrypted$@evil.example/x.git';
    expect(await server.send('PATCH', body.url, { scm_url: elsewhere })).toMatchObject({
      status: 400,
      body: { scm_url: [expect.stringContaining('type it again')] },
    });
    expect(
      await server.send('POST', '/api/v2/projects/', { ...git, name: 'n', scm_url: elsewhere }),
    ).toMatchObject({ status: 400 });
    expect(await server.store.get('projects', body.id)).toMatchObject({ scm_url: git.scm_url });
    for (const path of ['projects', 'project_updates']) {
      for (const query of ['scm_url__startswith=https', 'order_by=scm_url', 'scm_url=x'])
        expect(await server.send('GET', `/api/v2/${path}/?${query}`)).toMatchObject({
          status: 400,
        });
      const options = await server.send('OPTIONS', `/api/v2/${path}/`);
      expect(options.body['actions']).toMatchObject({ GET: { scm_url: { filterable: false } } });
    }
  });

  it('that a person keeps by hand are not updated', async () => {
    const made = await server.send('POST', '/api/v2/projects/', { name: 'b', local_path: 'b' });
    expect(await server.send('POST', `${made.body.url}update/`)).toMatchObject({ status: 405 });
    expect(await updatesOf(made.body.id)).toEqual([]);
  });

  it('have the playbooks that templates choose from', async () => {
    const id = await server.store.insert('projects', {
      ...{ name: 'c', ...git, status: 'successful', playbook_files: ['site.yml'] },
    });
    const inventory = await server.store.insert('inventories', { name: 'i' });
    const template = (playbook: string, more = {}) =>
      server.send('POST', '/api/v2/job_templates/', {
        ...{ name: playbook, project: id, playbook, inventory, ...more },
      });
    expect(await template('other.yml')).toMatchObject({
      status: 400,
      body: { playbook: ['Playbook not found for project.'] },
    });
    expect(await template('site.yml', { ask_scm_branch_on_launch: true })).toMatchObject({
      status: 400,
      body: { scm_branch: ['Project does not allow overriding branch.'] },
    });
    expect((await template('site.yml')).status).toBe(201);
    expect(await server.send('GET', `/api/v2/projects/${id}/playbooks/`)).toMatchObject({
      body: ['site.yml'],
    });
  });
});

describe('passwords that are asked for', () => {
  it('are named before a command, and refused where they are missing', async () => {
    const type = {
      name: 'Machine',
      kind: 'ssh',
      inputs: { fields: [{ id: 'password', secret: true }] },
    };
    const credential_type = await server.store.insert('credential_types', type);
    const given = { name: 'asks', credential_type, inputs: { password: 'ASK' } };
    const { body } = await server.send('POST', '/api/v2/credentials/', given);
    const inventory = await server.store.insert('inventories', { name: 'j' });
    const command = { module_name: 'ping', inventory, credential: body.id };
    expect(await server.send('POST', '/api/v2/ad_hoc_commands/', command)).toMatchObject({
      status: 400,
      body: { passwords_needed_to_start: ['ssh_password'] },
    });
    const typed = { ...command, credential_passwords: { ssh_password: 'typed once' } };
    const made = await server.send('POST', '/api/v2/ad_hoc_commands/', typed);
    expect(made.status).toBe(201);
    expect(made.text).not.toContain('typed once');
    const needed = await server.send('GET', `${made.body.url}relaunch/`);
    expect(needed.body).toEqual({ passwords_needed_to_start: ['ssh_password'] });
  });
});
