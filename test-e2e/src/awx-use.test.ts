import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@receptorjs/tooling-test-peers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { privateDataDir } from './job.js';
import { command, Mesh, venv, type Daemon } from './mesh.js';

const python = join(venv, 'bin', 'python');
const missing = !existsSync(join(venv, 'bin', 'receptorctl'));
if (missing) console.warn(`skipped: ${venv} has no receptorctl (the test set-up installs it)`);

const play = `
- hosts: all
  gather_facts: false
  tasks:
    - name: wait, so that the job is seen running
      ansible.builtin.command: sleep 0.5
    - name: say something
      ansible.builtin.debug:
        msg: said
`;

describe.skipIf(missing)('the library of receptorctl, as a controller uses it', () => {
  let mesh: Mesh;
  let near: Daemon;
  beforeAll(async () => {
    mesh = new Mesh();
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 4096 });
    const [key, pub] = [join(mesh.folder, 'work.key'), join(mesh.folder, 'work.pub')];
    writeFileSync(key, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 });
    writeFileSync(pub, publicKey.export({ type: 'spki', format: 'pem' }));
    const port = await freePort();
    const far = mesh.start('far', [
      { 'work-verification': { publickey: pub } },
      { 'tcp-listener': { bindaddr: '127.0.0.1', port } },
      // ansible-runner itself is offered without being configured, for signed work
      {
        'work-command': {
          worktype: 'forever',
          command: 'sleep',
          params: '1000',
          verifysignature: true,
        },
      },
    ]);
    near = mesh.start('near', [
      { 'work-signing': { privatekey: key, tokenexpiration: '1m' } },
      { 'work-verification': { publickey: pub } },
      { 'tcp-peer': { address: `127.0.0.1:${port}` } },
    ]);
    await near.routeTo('far');
    await far.routeTo('near');
  });
  afterAll(() => mesh.end());

  it('submits, follows, cancels, releases and reloads', async () => {
    const artifacts = join(mesh.folder, 'artifacts');
    mkdirSync(artifacts);
    const { code, stdout, stderr } = await command(python, [
      join(import.meta.dirname, 'awx_use.py'),
      near.socket,
      join(mesh.folder, 'near.yml'),
      privateDataDir(join(mesh.folder, 'job'), play),
      artifacts,
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      submitted: 'Job Started',
      runner: 'successful',
      states: ['Running', 'Succeeded'],
      played: true,
      detail: 'exit status 0',
      listed: true,
      canceled: ['cancelled'],
      canceledState: 'Canceled',
      canceledResults: '',
      released: [['released'], ['released']],
      left: 0,
      unknown: 'unknown work unit UNIT',
      unknownResults: 'Failed to get results: unknown work unit UNIT',
      unsigned: expect.stringContaining('could not verify signature: signature is empty') as string,
      reload: { Success: true },
    });
  });
});
