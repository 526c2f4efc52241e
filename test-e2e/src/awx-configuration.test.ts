import { generateKeyPairSync } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, goReceptor, skipsWithoutGo } from '@receptorjs/tooling-test-peers';
import { Mesh, type Daemon } from './mesh.js';

skipsWithoutGo('the submitter is ours');
const { path: go } = goReceptor;

const POD = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Pod',
  spec: { containers: [{ name: 'worker', image: 'example.org/job:1' }] },
});

/** What an installer of a controller writes for a node that runs jobs and submits them. */
describe('a configuration with signed and Kubernetes work', () => {
  let mesh: Mesh;
  let near: Daemon;
  beforeAll(async () => {
    mesh = new Mesh();
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const key = join(mesh.folder, 'work-private-key.pem');
    const pub = join(mesh.folder, 'work-public-key.pem');
    writeFileSync(key, privateKey.export({ type: 'pkcs1', format: 'pem' }));
    writeFileSync(pub, publicKey.export({ type: 'spki', format: 'pem' }));
    const signing = { 'work-signing': { privatekey: key, tokenexpiration: '1m' } };
    const port = await freePort();
    near = mesh.start('near', [
      signing,
      { 'work-verification': { publickey: pub } },
      { 'tcp-listener': { bindaddr: '127.0.0.1', port } },
      { 'work-command': { worktype: 'local', command: 'echo', params: 'local' } },
      { 'work-command': { worktype: 'signed', command: 'echo', verifysignature: true } },
      {
        'work-kubernetes': {
          worktype: 'kubernetes-runtime-auth',
          authmethod: 'runtime',
          allowruntimeauth: true,
          allowruntimepod: true,
          allowruntimeparams: true,
        },
      },
    ]);
    const far = mesh.start(
      'far',
      [signing, { 'tcp-peer': { address: `127.0.0.1:${port}` } }],
      go ? { command: go } : {},
    );
    await far.routeTo('near');
    await near.routeTo('far');
    submitter = far;
  });
  afterAll(() => mesh.end());
  let submitter: Daemon;

  const submit = async (from: Daemon, ...words: string[]): Promise<string> => {
    const { code, stderr, stdout } = await from.ctl('work', 'submit', ...words, '-n', '-f', '--rm');
    return code === 0 ? stdout : stderr;
  };

  it('starts, and warns of nothing', () => {
    expect(near.logText()).not.toContain('not supported');
  });

  it('runs what asks for no signature, and advertises what it runs', async () => {
    expect(await submit(near, 'local')).toContain('local');
    const control = await submitter.control();
    const { Advertisements } = await control.status(['Advertisements']);
    const own = (Advertisements ?? []).filter(({ NodeID }) => NodeID === 'near');
    expect(own.map(({ WorkCommands }) => WorkCommands)).toEqual([
      [
        { WorkType: 'local', Secure: false },
        { WorkType: 'signed', Secure: true },
        // offered without being configured
        { WorkType: 'ansible-runner', Secure: true },
        { WorkType: 'kubernetes-runtime-auth', Secure: false },
      ],
    ]);
    control.close();
  });

  it.each(['signed', 'ansible-runner'])('runs %s from the mesh when it is signed', async (type) => {
    expect(await submit(submitter, type, '--node', 'near')).toContain(
      'could not verify signature: signature is empty',
    );
    const outcome = await submit(submitter, type, '--node', 'near', '--signwork');
    // of ansible-runner it is the job that is missing
    expect(outcome).toMatch(type === 'signed' ? /^\n/ : /"status": "error"/);
  });

  it('takes Kubernetes with a login only, from here and from the mesh', async () => {
    const type = 'kubernetes-runtime-auth';
    const text = 'param secret_kube_config must be provided if AuthMethod=runtime';
    expect(await submit(near, type)).toContain(text);
    expect(await submit(submitter, type, '--node', 'near')).toContain(text);
    const control = await near.control();
    expect([...(await control.workList()).keys()]).toEqual([]);
    control.close();
  });

  it('says of a unit that its cluster can not be reached, and lets go of it', async () => {
    const config = JSON.stringify({
      'current-context': 'c',
      contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
      clusters: [{ name: 'k', cluster: { server: `https://127.0.0.1:${await freePort()}` } }],
      users: [{ name: 'u', user: { token: 'hush' } }],
    });
    const control = await near.control();
    const params = { secret_kube_config: config, secret_kube_pod: POD };
    const request = { node: 'near', workType: 'kubernetes-runtime-auth', params };
    const { unitId } = await control.submit(request, 'input');
    const watcher = await near.control();
    for await (const { detail } of watcher.watch(unitId)) {
      if (detail.startsWith("Connecting to Kubernetes; can't reach the API server")) break;
    }
    watcher.close();
    expect(await control.workRelease(unitId, { force: true })).toBeDefined();
    expect(near.logText()).not.toContain('hush');
    control.close();
  });

  it('refuses to submit what it should sign while the key is not there', async () => {
    renameSync(join(mesh.folder, 'work-private-key.pem'), join(mesh.folder, 'away'));
    expect(await submit(near, 'cat', '--node', 'far', '--signwork')).toContain(
      'could not load signing key file: open ',
    );
  });
});
