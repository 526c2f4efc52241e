import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@receptorjs/tooling-test-peers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ControllerApp } from './controller-app.js';
import { bin, command, env, Mesh, until } from './mesh.js';

let mesh: Mesh;
let app: ControllerApp;
let data: string;
const daemons: ChildProcess[] = [];

beforeAll(async () => {
  mesh = new Mesh();
  data = join(mesh.folder, 'controller');
  const listen = `127.0.0.1:${await freePort()}`;
  const options = ['--node-type', 'control', '--mesh-listen', listen];
  app = await ControllerApp.start(data, 'one', {}, options);
}, 300_000);
afterAll(async () => {
  for (const daemon of daemons) {
    const ended = once(daemon, 'exit');
    daemon.kill('SIGTERM');
    await ended;
  }
  await app.stop();
  await mesh.end();
}, 60_000);

const folderOf = (node: string): string => join(mesh.folder, node);

async function token(...options: readonly string[]): Promise<string> {
  const words = ['join-token', '--data-dir', data, ...options];
  const { code, stdout, stderr } = await command(bin('controller'), words);
  expect(code, stderr).toBe(0);
  return stdout.trim();
}

const joinAs = (node: string, with_: string, ...options: readonly string[]) =>
  command(bin('receptor'), [
    ...['join', app.url, with_, '--node-id', node, '--data-dir', folderOf(node)],
    ...['--runner', bin('ansible-runner'), '--no-service', ...options],
  ]);

function startNode(node: string): ChildProcess {
  const config = join(folderOf(node), 'receptor.conf');
  const daemon = spawn(bin('receptor'), ['--config', config], { env, stdio: 'ignore' });
  daemons.push(daemon);
  return daemon;
}

const instance = async (hostname: string) => {
  const { results } = await app.ok('GET', `instances/?hostname=${hostname}`);
  return results[0];
};

it('a machine that has nothing but a token becomes a node, and a job runs there', async () => {
  const group = await app.make('instance_groups/', { name: 'edge' });
  const given = await token('--group', 'edge');
  const joined = await joinAs('far', given);
  expect(joined).toMatchObject({ code: 0 });
  expect(joined.stdout).toContain('far has joined as execution node');
  const key = join(folderOf('far'), 'tls', 'receptor.key');
  expect(statSync(key).mode & 0o777).toBe(0o600);

  startNode('far');
  await until(
    'the capacity of far',
    async () => Number((await instance('far'))?.['capacity']) > 0 || undefined,
    120_000,
  );
  expect(await instance('far')).toMatchObject({ node_type: 'execution', node_state: 'ready' });
  const { results } = await app.ok('GET', `instance_groups/${group}/instances/`);
  expect(results.map(({ hostname }) => hostname)).toEqual(['far']);

  const template = await app.idOf('job_templates/', 'Demo Job Template');
  const job = await app.ended('jobs', await app.make(`job_templates/${template}/launch/`, {}));
  expect(job).toMatchObject({ status: 'successful', execution_node: 'far' });

  // the node of the controller runs what it is told to, and no other node tells it anything
  const submit = ['work', 'submit', 'local', '--node', 'one', '--no-payload', '-f', '--ttl', '5s'];
  const socket = join(folderOf('far'), 'receptor.sock');
  const reached = await command(bin('receptorctl'), ['--socket', socket, 'status']);
  expect(reached.stdout).toContain('one');
  const submitted = await command(bin('receptorctl'), ['--socket', socket, ...submit]);
  expect(submitted.stderr).toContain("one can't be reached");
  expect(submitted.code).not.toBe(0);

  // the same machine may say it again, while another one may not
  const again = await joinAs('far', given);
  expect(again).toMatchObject({ code: 0 });
  expect(readFileSync(key, 'utf8')).toContain('PRIVATE KEY');
  const other = await joinAs('other', given);
  expect(other.code).toBe(1);
  expect(other.stderr).toContain('used by another machine');
  expect(existsSync(folderOf('other'))).toBe(false);
}, 400_000);

it('a token is for what it was made for, and for no longer', async () => {
  const refusal = async (node: string, with_: string, ...options: readonly string[]) => {
    const { code, stderr } = await joinAs(node, with_, ...options);
    expect(code).toBe(1);
    expect(existsSync(folderOf(node))).toBe(false);
    return stderr;
  };
  expect(await refusal('x', await token('--kind', 'hop'))).toContain('another type');
  expect(await refusal('x', await token('--node-id', 'y'))).toContain('another ID');
  expect(await refusal('one', await token('--node-id', 'one'))).toContain('control plane');

  const short = await token('--expires', '1s');
  const made = await app.ok('GET', 'join_tokens/?order_by=-id');
  const expires = Date.parse(String(made.results[0]?.['expires']));
  await until('its end', () => (Date.now() > expires ? true : undefined));
  expect(await refusal('x', short)).toContain('has expired');

  // a token of the interface; revoked it is not known any more
  const revoked = await app.ok('POST', 'join_tokens/', { node_type: 'execution' });
  expect(JSON.stringify(made)).not.toContain(short.split('.')[1]);
  await app.ok('DELETE', `join_tokens/${revoked.id}/`);
  expect(await refusal('x', String(revoked['token']))).toContain('not known');
}, 120_000);

it('a hop node listens where its token says, and another node links to it', async () => {
  const port = await freePort();
  expect(
    await joinAs(
      'hop',
      await token('--kind', 'hop', '--listener', `127.0.0.1:${port}`),
      '--kind',
      'hop',
    ),
  ).toMatchObject({ code: 0 });
  startNode('hop');
  await until(
    'hop is ready',
    async () => (await instance('hop'))?.['node_state'] === 'ready' || undefined,
    120_000,
  );
  expect(await joinAs('behind', await token('--peer', 'hop'))).toMatchObject({ code: 0 });
  expect(readFileSync(join(folderOf('behind'), 'receptor.conf'), 'utf8')).toContain(
    `{"address":"127.0.0.1:${port}","tls":"mesh"}`,
  );
  startNode('behind');
  await until(
    'the capacity of behind',
    async () => Number((await instance('behind'))?.['capacity']) > 0 || undefined,
    120_000,
  );
}, 400_000);
