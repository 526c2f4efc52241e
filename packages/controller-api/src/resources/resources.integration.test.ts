import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { START_MS, startServer, type TestServer } from '../test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
}, START_MS);
afterAll(() => server.stop());

describe('resources', () => {
  it('makes, reads, changes, lists and deletes', async () => {
    const made = await server.send('POST', '/api/v2/organizations/', { name: 'first' });
    expect([made.status, made.body]).toMatchObject([201, { name: 'first', type: 'organization' }]);
    const { url } = made.body;
    expect(await server.send('GET', url)).toMatchObject({ status: 200, body: { name: 'first' } });
    const changed = await server.send('PATCH', url, { description: 'changed' });
    expect(changed).toMatchObject({ status: 200, body: { description: 'changed' } });
    const listed = await server.send('GET', '/api/v2/organizations/?name=first');
    expect(listed.body).toMatchObject({ count: 1, next: null, previous: null });
    expect(await server.send('DELETE', url)).toMatchObject({ status: 204 });
    expect(await server.send('GET', url)).toMatchObject({
      status: 404,
      body: { detail: 'Not found.' },
    });
  });

  it.each([
    ['local_path', '..'],
    ['local_path', '.'],
    ['local_path', 'a/../..'],
    ['local_path', '/etc'],
    ['scm_url', 'file:///etc'],
    ['scm_url', '/etc'],
    ['scm_url', 'ext::sh -c id'],
    ['scm_url', '--upload-pack=id'],
    ['scm_url', 'ssh://-oProxyCommand=id/x'],
    ['scm_branch', '--output=x'],
  ])('takes no project with a %s of %s: it leads elsewhere', async (field, value) => {
    const git = { scm_type: 'git', scm_url: 'https://127.0.0.1/x.git' };
    const values = { name: 'p', ...(field === 'local_path' ? {} : git), [field]: value };
    const made = await server.send('POST', '/api/v2/projects/', values);
    expect([made.status, Object.keys(made.body)]).toEqual([400, [field]]);
  });

  it('gives an instance its capacity back when it is enabled again, and nobody makes up its state', async () => {
    const values = { hostname: 'far', node_type: 'execution', node_state: 'ready' };
    const found = { cpu_capacity: 8, mem_capacity: 20, capacity: 20 };
    const id = await server.store.insert('instances', { ...values, ...found });
    const change = (given: object) => server.send('PATCH', `/api/v2/instances/${id}/`, given);
    expect((await change({ enabled: false })).body).toMatchObject({ enabled: false, capacity: 0 });
    const again = await change({ enabled: true, capacity_adjustment: '0.50' });
    expect(again.body).toMatchObject({ capacity: 14, capacity_adjustment: '0.50' });
    expect(await change({ node_state: 'ready' })).toMatchObject({ status: 200 });
    expect(await change({ node_state: 'unavailable' })).toMatchObject({ status: 400 });
  });

  it('takes a container group whose pod can be made, and whose credential enters a cluster', async () => {
    const make = (given: object) => server.send('POST', '/api/v2/instance_groups/', given);
    const pods = { is_container_group: true, name: 'pods' };
    const refused = async (given: object): Promise<unknown> => {
      const { status, body } = await make({ ...pods, ...given });
      return [status, Object.keys(body)];
    };
    const field = 'pod_spec_override';
    expect(await refused({ [field]: 'a: b', is_container_group: false })).toEqual([400, [field]]);
    expect(await refused({ [field]: '- a' })).toEqual([400, [field]]);
    expect(await refused({ [field]: '{kind: Job}' })).toEqual([400, [field]]);
    expect(await refused({ [field]: '{spec: {containers: [a]}}' })).toEqual([400, [field]]);
    const typeOf = (kind: string) => server.store.insert('credential_types', { name: kind, kind });
    const credentialOf = async (kind: string) =>
      server.store.insert('credentials', { name: kind, credential_type: await typeOf(kind) });
    const machine = await credentialOf('net');
    expect(await refused({ credential: machine })).toEqual([400, ['credential']]);
    const credential = await credentialOf('kubernetes');
    const good = await make({ ...pods, credential, [field]: 'metadata: {namespace: jobs}' });
    expect(good).toMatchObject({ status: 201, body: { is_container_group: true, credential } });
  });

  it('keeps secrets of credentials locked, and tells none of them', async () => {
    const inputs = { fields: [{ id: 'username' }, { id: 'password', secret: true }] };
    const type = { name: 'Machine', kind: 'ssh', inputs };
    const credential_type = await server.store.insert('credential_types', type);
    const given = { name: 'key', credential_type, inputs: { username: 'u', password: 'sesame' } };
    const made = await server.send('POST', '/api/v2/credentials/', given);
    expect(made).toMatchObject({ status: 201, body: { inputs: { password: '$encrypted$' } } });
    const { url, id } = made.body;
    const back = { inputs: { username: 'v', password: '$encrypted$' } };
    expect(await server.send('PATCH', url, back)).toMatchObject({ status: 200 });
    const row = await server.store.get('credentials', id);
    const stored = row?.['inputs'] as { username: string; password: string };
    expect(stored.username).toBe('v');
    expect(server.secrets.open(stored.password, 'credentials.inputs.password')).toBe('sesame');
    const stream = await server.send('GET', '/api/v2/activity_stream/?page_size=200');
    expect(stream.body.results).toContainEqual(
      expect.objectContaining({ operation: 'create', object1: 'credential', object1_id: id }),
    );
    expect(stream.text).not.toContain('sesame');
  });

  it('sends a secret of a credential nowhere else than where it was typed for', async () => {
    const inputs = {
      fields: [{ id: 'host' }, { id: 'bearer_token', secret: true }, { id: 'verify_ssl' }],
    };
    const type = { name: 'Cluster', kind: 'kubernetes', inputs };
    const credential_type = await server.store.insert('credential_types', type);
    const hidden = '$encrypted$';
    const { body } = await server.send('POST', '/api/v2/credentials/', {
      ...{ name: 'cluster', credential_type },
      inputs: { host: 'https://cluster.example:6443', bearer_token: 'sesame' },
    });
    const change = (given: object) => server.send('PATCH', body.url, { inputs: given });
    for (const host of [
      'https://evil.example:6443',
      'http://cluster.example:6443',
      'https://cluster.example',
      'https://cluster.example:6443\\@evil.example',
      '',
    ])
      expect(await change({ host, bearer_token: hidden })).toMatchObject({
        status: 400,
        body: { inputs: ['host leads elsewhere: type bearer_token again'] },
      });
    expect(await change({ bearer_token: hidden })).toMatchObject({ status: 400 });
    const path = { host: 'https://cluster.example:6443/k8s', bearer_token: hidden };
    expect(await change(path)).toMatchObject({ status: 200 });
    const typed = { host: 'https://other.example', bearer_token: 'typed' };
    expect(await change(typed)).toMatchObject({ status: 200 });
  });

  it('takes an empty body of JSON as none', async () => {
    const made = await server.send('POST', '/api/v2/organizations/', { name: 'empty' });
    const headers = { 'content-type': 'application/json' };
    const sent = (method: string, path: string) =>
      server.send(method, path, undefined, { headers });
    expect(await sent('POST', '/api/v2/organizations/')).toMatchObject({
      status: 400,
      body: { name: expect.anything() as unknown },
    });
    expect(await sent('PATCH', made.body.url)).toMatchObject({ status: 200 });
    expect(await sent('DELETE', made.body.url)).toMatchObject({ status: 204 });
  });

  it('answers who changed something by name, and from where', async () => {
    await server.send('POST', '/api/v2/organizations/', { name: 'noted' });
    const { body } = await server.send('GET', '/api/v2/activity_stream/?order_by=-id&page_size=1');
    expect(body.results).toMatchObject([{ actor_username: 'admin', remote_address: '127.0.0.1' }]);
  });

  it('takes no circle of groups', async () => {
    const inventory = await server.store.insert('inventories', { name: 'circles' });
    const insert = (name: string) => server.store.insert('groups', { name, inventory });
    const [a, b, c] = [await insert('a'), await insert('b'), await insert('c')];
    const attach = (parent: number, id: number) =>
      server.send('POST', `/api/v2/groups/${parent}/children/`, { id });
    expect(await attach(a, b)).toMatchObject({ status: 204 });
    expect(await attach(b, c)).toMatchObject({ status: 204 });
    expect(await attach(a, c)).toMatchObject({ status: 204 });
    expect(await attach(c, a)).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('circle') as string },
    });
    expect(await attach(a, a)).toMatchObject({
      status: 400,
      body: { detail: 'Group can not be one of its own children.' },
    });
  });
});
