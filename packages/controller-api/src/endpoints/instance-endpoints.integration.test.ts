import { engineStores } from '@receptorjs/controller-storage';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { START_MS, startServer, type TestServer } from '../test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
  for (const name of ['default', 'controlplane'])
    await server.store.insert('instance_groups', { name, policy_instance_percentage: 0 });
}, START_MS);
afterAll(() => server.stop());

const instances = '/api/v2/instances/';

it('registers execution and hop nodes, and no others', async () => {
  const made = await server.send('POST', instances, {
    hostname: 'far.example.com',
    listener_port: 27_199,
  });
  expect(made).toMatchObject({
    status: 201,
    body: {
      node_type: 'execution',
      node_state: 'installed',
      version: 'ansible-runner-???',
      capacity: 0,
      listener_port: 27_199,
    },
  });
  const addresses = await server.send('GET', `${made.body.url}receptor_addresses/`);
  expect(addresses.body.results).toMatchObject([
    { address: 'far.example.com', full_address: 'far.example.com:27199', canonical: true },
  ]);
  const hop = await server.send('POST', instances, { hostname: 'hop', node_type: 'hop' });
  expect(hop.status).toBe(201);
  for (const wrong of [
    { hostname: 'far.example.com' },
    { hostname: 'control', node_type: 'control' },
    { hostname: 'a b' },
    { hostname: 'new', node_state: 'ready' },
    { hostname: 'new', listener_port: 80 },
    {},
  ])
    expect(await server.send('POST', instances, wrong)).toMatchObject({ status: 400 });
  const change = (values: object) => server.send('PATCH', made.body.url, values);
  expect(await change({ hostname: 'other' })).toMatchObject({ status: 400 });
  expect(await change({ node_type: 'hop' })).toMatchObject({ status: 400 });
  expect(await change({ listener_port: 3000 })).toMatchObject({ status: 400 });
  expect(await change({ listener_port: null })).toMatchObject({ status: 200 });
  const gone = await server.send('GET', '/api/v2/receptor_addresses/');
  expect(gone.body.count).toBe(0);
  expect(await server.send('POST', '/api/v2/receptor_addresses/', {})).toMatchObject({
    status: 405,
  });
});

it('has an execution node checked, and tells that the check is pending', async () => {
  const { body } = await server.send('POST', instances, { hostname: 'checked' });
  const address = `${body.url}health_check/`;
  expect(await server.send('GET', address)).toMatchObject({
    status: 200,
    body: { hostname: 'checked', health_check_pending: false },
  });
  expect(await server.send('POST', address, {}, { as: 'auditor' })).toMatchObject({ status: 403 });
  expect(await server.send('POST', address, {}, { as: 'operator' })).toMatchObject({
    status: 200,
    body: { msg: 'Health check is running for checked.' },
  });
  expect(await server.send('GET', address)).toMatchObject({ body: { health_check_pending: true } });
  const stores = engineStores(server.storage.database);
  expect(await stores.instances.claimHealthCheck('checked', new Date(0))).toBe(true);
  const hop = await server.send('POST', instances, { hostname: 'hop-2', node_type: 'hop' });
  expect(await server.send('POST', `${hop.body.url}health_check/`, {})).toMatchObject({
    status: 400,
  });
});

it('takes a node out with a deadline, and removes one that is not ready with the jobs on it', async () => {
  const { body } = await server.send('POST', instances, { hostname: 'leaving' });
  const deadline = '2030-01-01T00:00:00Z';
  const drained = await server.send('PATCH', body.url, {
    node_state: 'deprovisioning',
    drain_deadline: deadline,
    drain_action: 'cancel',
  });
  expect(drained).toMatchObject({
    status: 200,
    body: { node_state: 'deprovisioning', drain_action: 'cancel' },
  });
  const ready = await server.store.insert('instances', {
    ...{ hostname: 'well', node_type: 'execution', node_state: 'ready' },
  });
  expect(await server.send('DELETE', `${instances}${ready}/`)).toMatchObject({ status: 409 });
  const job = await server.storage.database
    .insertInto('unified_jobs')
    .values({ type: 'job', name: 'j', status: 'running', execution_node: 'leaving' })
    .returning('id')
    .executeTakeFirstOrThrow();
  expect(await server.send('DELETE', body.url, undefined, { as: 'operator' })).toMatchObject({
    status: 403,
  });
  expect(await server.send('DELETE', body.url)).toMatchObject({ status: 204 });
  expect(await server.send('GET', `/api/v2/jobs/${job.id}/`)).toMatchObject({
    body: {
      status: 'error',
      job_explanation: 'leaving was removed by admin before the job came to its end: it is lost.',
    },
  });
  const stores = engineStores(server.storage.database);
  expect([...(await stores.instances.removed())]).toEqual(['leaving']);
  const again = await server.send('POST', instances, { hostname: 'leaving' });
  expect(again.status).toBe(201);
  expect([...(await stores.instances.removed())]).toEqual([]);
});

it('attaches nodes to groups by the policy of those, from both sides', async () => {
  const { body: node } = await server.send('POST', instances, { hostname: 'member' });
  const { body: hop } = await server.send('POST', instances, {
    hostname: 'hop-3',
    node_type: 'hop',
  });
  const { body: group } = await server.send('POST', '/api/v2/instance_groups/', { name: 'mine' });
  const members = `${group.url}instances/`;
  const list = async () => (await server.send('GET', group.url)).body['policy_instance_list'];
  expect(await server.send('POST', members, { id: node.id })).toMatchObject({ status: 204 });
  expect(await list()).toEqual(['member']);
  await engineStores(server.storage.database).instances.recomputeGroups();
  expect((await server.send('GET', members)).body.count).toBe(1);
  const groups = `${node.url}instance_groups/`;
  const detach = { id: group.id, disassociate: true };
  expect(await server.send('POST', groups, detach)).toMatchObject({ status: 204 });
  expect(await list()).toEqual([]);
  expect((await server.send('GET', members)).body.count).toBe(0);
  expect(await server.send('POST', groups, { id: group.id })).toMatchObject({ status: 204 });
  expect(await list()).toEqual(['member']);
  expect(await server.send('POST', members, { id: hop.id })).toMatchObject({ status: 400 });
  const denied = await server.send('POST', members, { id: node.id }, { as: 'operator' });
  expect(denied.status).toBe(403);
});

it('changes the policy of a group and its nodes together, or neither', async () => {
  const { body: node } = await server.send('POST', instances, { hostname: 'together' });
  const { body: group } = await server.send('POST', '/api/v2/instance_groups/', { name: 'whole' });
  const links = server.storage.database.schema.alterTable('instance_group_instances');
  const isOther = sql`instance_group_id <> ${sql.lit(group.id)}`;
  await links.addCheckConstraint('refuses_the_group', isOther).execute();
  const attach = () => server.send('POST', `${group.url}instances/`, { id: node.id });
  const list = async () => (await server.send('GET', group.url)).body['policy_instance_list'];
  expect((await attach()).status).toBe(400);
  expect(await list()).toEqual([]);
  await links.dropConstraint('refuses_the_group').execute();
  expect((await attach()).status).toBe(204);
  expect(await list()).toEqual(['together']);
});
