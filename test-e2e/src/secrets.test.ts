import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '@receptorjs/tooling-test-peers';
import { join } from 'node:path';
import { Authority, tlsActions } from './certificates.js';
import { command, Mesh, until, type Daemon } from './mesh.js';

/** What operators would search for. */
const SECRET = 'hush-7f3a-hush';

let mesh: Mesh;
let near: Daemon;
let far: Daemon;
beforeAll(async () => {
  mesh = new Mesh();
  const authority = await Authority.make(mesh.folder);
  const port = await freePort();
  const service = { control: { tls: 'mesh-in' } };
  far = mesh.start(
    'far',
    [
      ...tlsActions(authority, await authority.issue('far')),
      { 'tcp-peer': { address: `127.0.0.1:${port}` } },
      { 'work-command': { worktype: 'cat', command: 'cat' } },
    ],
    service,
  );
  near = mesh.start(
    'near',
    [
      ...tlsActions(authority, await authority.issue('near')),
      { 'tcp-listener': { bindaddr: '127.0.0.1', port } },
    ],
    service,
  );
  await near.routeTo('far');
  await far.stop();
});
afterAll(() => mesh.end());

/** Files with the secret: logs of both daemons at the level debug, their units, and whatever else lies in the folder. */
async function found(): Promise<string> {
  return (await command('grep', ['-rlaF', SECRET, mesh.folder])).stdout;
}

it('a secret is in no file and no log, over a kill of the daemon and the run of the job', async () => {
  const { stdout } = await near.ctl(
    ...['work', 'submit', 'cat', '--node', 'far', '--tls-client', 'mesh-out', '-l', 'input'],
    ...['-a', `secret_key=${SECRET}`],
  );
  expect(stdout).toContain('Job Submitted');
  const id = /Unit ID: (\w+)/.exec(stdout)?.[1] ?? '';
  expect(await found()).toBe('');
  const status = join(mesh.folder, 'data', 'near', id, 'status');
  expect((await command('grep', ['-c', 'SealedParams', status])).stdout).toBe('1\n');
  await near.stop('SIGKILL');
  near.start();
  far.start();
  const client = await near.control();
  await until('the job to end', async () =>
    (await client.workStatus(id)).state === 2 ? true : undefined,
  );
  client.close();
  expect(await found()).toBe('');
  await until('the sealed parameters to go', async () =>
    (await command('grep', ['-c', 'SealedParams', status])).stdout === '0\n' ? true : undefined,
  );
});

it('a command of this node neither gets nor stores it', async () => {
  const { code, stderr } = await far.ctl(
    ...['work', 'submit', 'cat', '--node', 'localhost', '-n', '-a', `secret_key=${SECRET}`],
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(await found()).toBe('');
});
