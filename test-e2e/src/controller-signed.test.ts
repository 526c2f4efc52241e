import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateKeyPairSync } from 'node:crypto';
import { freePort } from '@receptorjs/tooling-test-peers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ControllerApp } from './controller-app.js';
import { runnerWork } from './job.js';
import { Mesh, until } from './mesh.js';
import { TraceCollector } from './trace-collector.js';

let mesh: Mesh;
let app: ControllerApp;
let collector: TraceCollector;

/** A control node that runs no jobs of users, and two execution nodes that take signed work alone: one verifies by the controller's key, one by another's. */
beforeAll(async () => {
  mesh = new Mesh();
  collector = new TraceCollector();
  const endpoint = await collector.listen();
  const port = await freePort();
  const work = { ...runnerWork['work-command'], allowruntimeparams: true };
  const local = { 'work-command': { ...work, worktype: 'local' } };
  const one = mesh.start('one', [{ 'tcp-listener': { bindaddr: '127.0.0.1', port } }, local]);
  const data = join(mesh.folder, 'controller');
  const options = [
    '--receptor',
    `unix:${one.socket}`,
    '--node-type',
    'control',
    '--traces',
    endpoint,
  ];
  app = await ControllerApp.start(data, 'one', {}, options);
  const other = join(mesh.folder, 'other.pem');
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(other, publicKey.export({ type: 'spki', format: 'pem' }));
  for (const [name, publickey] of [
    ['far', join(data, 'work_public_key.pem')],
    ['stranger', other],
  ] as const) {
    mesh.start(name, [
      { 'tcp-peer': { address: `127.0.0.1:${port}` } },
      { 'work-verification': { publickey } },
      { tracing: { endpoint } },
      { 'work-command': { ...work, verifysignature: true } },
    ]);
  }
}, 300_000);
afterAll(async () => {
  await app.stop();
  await mesh.end();
  await collector.close();
}, 60_000);

const instance = async (hostname: string) => {
  const { results } = await app.ok('GET', `instances/?hostname=${hostname}`);
  return results[0];
};

it('work for execution nodes is signed: one that verifies by the key of the controller takes it, another one does not; and it is part of the trace of the job', async () => {
  await until(
    'the capacity of far',
    async () => Number((await instance('far'))?.['capacity']) > 0 || undefined,
    120_000,
  );
  const stranger = await until('what is wrong with stranger', async () => {
    const found = await instance('stranger');
    return found?.['errors'] === '' ? undefined : found;
  });
  expect(stranger).toMatchObject({ node_state: 'installed', capacity: 0 });
  expect(stranger['errors']).toContain('signature');
  expect(await instance('one')).toMatchObject({ node_type: 'control' });

  const template = await app.idOf('job_templates/', 'Demo Job Template');
  const id = await app.make(`job_templates/${template}/launch/`, {});
  const job = await app.ended('jobs', id);
  expect(job).toMatchObject({
    status: 'successful',
    controller_node: 'one',
    execution_node: 'far',
  });

  const spans = await until('the trace of the job', () => {
    const found = collector.spans.filter(({ attributes }) => attributes['awx.job.id'] === id);
    return found.length === 0 ? undefined : found;
  });
  const root = spans.find(({ name }) => name === 'job job');
  expect(spans.map(({ name }) => name)).toEqual(['job job', 'wait for a place', 'run']);
  const unit = await until('the spans of its unit', () =>
    collector.spans.find((span) => span.traceId === root?.traceId && span.name.startsWith('unit')),
  );
  expect(unit).toMatchObject({ node: 'far', parentSpanId: root?.spanId });
});
