import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ControlClient } from '@receptorjs/control-client';
import { freePort, goReceptor, skipsWithoutGo } from '@receptorjs/tooling-test-peers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bin, command, Mesh, until, venv, type Daemon, type Finished } from './mesh.js';

skipsWithoutGo('signed work in both roles');
const { path: go } = goReceptor;
const python = join(venv, 'bin', 'receptorctl');
const clients: [name: string, path: string][] = [['ours', bin('receptorctl')]];
if (existsSync(python)) clients.push(['the Python receptorctl', python]);
else console.warn(`skipped: ${python} is not there (the test set-up installs it)`);

/** A key of the test, with its two files. */
interface Keys {
  readonly privateKey: KeyObject;
  readonly privateFile: string;
  readonly publicFile: string;
}

function makeKeys(folder: string, name: string): Keys {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const [privateFile, publicFile] = [join(folder, `${name}.key`), join(folder, `${name}.pub`)];
  writeFileSync(privateFile, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 });
  writeFileSync(publicFile, publicKey.export({ type: 'spki', format: 'pem' }));
  return { privateKey, privateFile, publicFile };
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function token(key: KeyObject, claims: object, alg = 'RS512'): string {
  const data = `${part({ alg, typ: 'JWT' })}.${part(claims)}`;
  const signature = createSign('sha512').update(data).sign(key).toString('base64url');
  return `${data}.${signature}`;
}

const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

const ctl = (from: Daemon, tool: string, ...words: string[]): Promise<Finished> =>
  command(tool, ['--socket', from.socket, 'work', ...words]);

describe.each([
  ['ours to ours', undefined, undefined],
  ['ours to Go', undefined, go],
  ['Go to ours', go, undefined],
])('signed work, %s', (name, nearCommand, farCommand) => {
  const skips = name.includes('Go') && !go;
  let mesh: Mesh;
  let near: Daemon;
  let far: Daemon;
  let keys: Keys;
  let farTcp: string;
  let nearTcp: string;
  let farActions: (publickey: string | string[]) => object[];
  beforeAll(async () => {
    if (skips) return;
    mesh = new Mesh();
    keys = makeKeys(mesh.folder, 'work');
    const [link, ...control] = [await freePort(), await freePort(), await freePort()];
    [nearTcp, farTcp] = [`tcp://127.0.0.1:${control[0]}`, `tcp://127.0.0.1:${control[1]}`];
    const run = (path: string | undefined, port: number | undefined): object => ({
      ...(path === undefined ? {} : { command: path }),
      control: { tcplisten: `127.0.0.1:${port}` },
    });
    const verifysignature = true;
    farActions = (publickey) => [
      { 'work-verification': { publickey } },
      { 'tcp-listener': { bindaddr: '127.0.0.1', port: link } },
      { 'work-command': { worktype: 'signed', command: 'cat', verifysignature } },
      {
        'work-command': { worktype: 'forever', command: 'sleep', params: '1000', verifysignature },
      },
      { 'work-command': { worktype: 'open', command: 'cat' } },
    ];
    far = mesh.start('far', farActions(keys.publicFile), run(farCommand, control[1]));
    near = mesh.start(
      'near',
      [
        { 'work-signing': { privatekey: keys.privateFile, tokenexpiration: '1m' } },
        { 'work-verification': { publickey: keys.publicFile } },
        { 'tcp-peer': { address: `127.0.0.1:${link}` } },
      ],
      run(nearCommand, control[0]),
    );
    await near.routeTo('far');
    await far.routeTo('near');
  });
  afterAll(() => mesh.end());

  it.skipIf(skips).each(clients)('runs by --signwork of %s, to the end', async (_, tool) => {
    const submitted = await ctl(
      near,
      tool,
      ...['submit', 'signed', '--node', 'far', '--signwork', '-l', 'hello', '-f', '--rm'],
    );
    expect(submitted).toMatchObject({ code: 0 });
    expect(submitted.stdout).toMatch(/^hello\n/);
    // the Python one says it on the same stream
    expect(submitted.stdout + submitted.stderr).toMatch(/\(\w+, released\)$/m);
  });

  it.skipIf(skips).each(clients)('cancels and releases by %s', async (_, tool) => {
    const { stdout } = await ctl(
      near,
      tool,
      ...['submit', 'forever', '--node', 'far', '--signwork', '-n'],
    );
    const id = /Unit ID: (\w+)/.exec(stdout)?.[1] ?? '';
    const stateOf = async (): Promise<unknown> => {
      const client = await near.control();
      try {
        return (await client.workStatus(id)).state;
      } finally {
        client.close();
      }
    };
    await until('the job to run', async () => ((await stateOf()) === 1 ? true : undefined));
    expect((await ctl(near, tool, 'cancel', id)).stdout).toContain(`(${id}, cancelled)`);
    await until('the job to be canceled', async () => ((await stateOf()) === 4 ? true : undefined));
    expect((await ctl(near, tool, 'release', id)).stdout).toContain(`(${id}, released)`);
  });

  it.skipIf(skips)('refuses what is not signed, and a signature where none is asked', async () => {
    const submit = (...words: string[]): Promise<Finished> =>
      ctl(near, bin('receptorctl'), 'submit', ...words, '--node', 'far', '-n');
    const unsigned = await submit('signed');
    expect(unsigned.stderr).toContain('could not verify signature: signature is empty');
    const open = await submit('open', '--signwork');
    expect(open.stderr).toContain('work type did not expect a signature');
    const client = await ControlClient.connect(farTcp);
    expect((await client.workList()).size).toBe(0);
    client.close();
  });

  const claims = (): { aud: string[]; exp: number } => ({ aud: ['far'], exp: inSeconds(60) });
  it.skipIf(skips).each<[string, (key: KeyObject) => string, RegExp | undefined]>([
    ['for this node', (key) => token(key, claims()), undefined],
    ['for it among others', (key) => token(key, { aud: ['x', 'far'] }), undefined],
    ['for it by text alone', (key) => token(key, { aud: 'far' }), undefined],
    [
      'for another node',
      (key) => token(key, { ...claims(), aud: ['near'] }),
      /^token audience did not match node ID$/,
    ],
    ['for nobody', (key) => token(key, { exp: 1e12 }), /^token audience did not match node ID$/],
    [
      'expired',
      (key) => token(key, { ...claims(), exp: inSeconds(-60) }),
      /^could not verify signature: token is expired by 1m[01](\.\d+)?s$/,
    ],
    [
      'of the future',
      (key) => token(key, { ...claims(), nbf: inSeconds(60) }),
      /^could not verify signature: token is not valid yet$/,
    ],
    [
      'used before issued',
      (key) => token(key, { ...claims(), iat: inSeconds(60) }),
      /^could not verify signature: token used before issued$/,
    ],
    [
      'by another key',
      () => token(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey, claims()),
      /^could not verify signature: crypto\/rsa: verification error$/,
    ],
    [
      'by another key, and expired',
      () => token(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey, { exp: 1 }),
      /^could not verify signature: crypto\/rsa: verification error$/,
    ],
    [
      'of two segments',
      () => 'a.b',
      /^could not verify signature: token contains an invalid number of segments$/,
    ],
    [
      'not base64',
      () => 'a b.c.d',
      /^could not verify signature: illegal base64 data at input byte 1$/,
    ],
    [
      'by a shared secret',
      (key) => token(key, claims(), 'HS256'),
      /^could not verify signature: key is of invalid type$/,
    ],
    [
      'by no algorithm',
      (key) => token(key, claims(), 'none'),
      /^could not verify signature: 'none' signature type is not allowed$/,
    ],
    [
      'by an unknown algorithm',
      (key) => token(key, claims(), 'X'),
      /^could not verify signature: signing method \(alg\) is unavailable\.$/,
    ],
    ['empty', () => '', /^could not verify signature: signature is empty$/],
  ])('answers a token %s', async (_, make, text) => {
    const client = await ControlClient.connect(farTcp);
    try {
      const request = { node: 'far', workType: 'signed', signature: make(keys.privateKey) };
      const outcome = await client.submit(request, '').then(
        () => undefined,
        (error: unknown) => (error as Error).message,
      );
      if (text === undefined) expect(outcome).toBeUndefined();
      else expect(outcome).toMatch(text);
    } finally {
      client.close();
    }
  });

  it.skipIf(skips || nearCommand !== undefined)(
    'D12: signs for a client of its Unix socket, and for others only what they have signed',
    async () => {
      const client = await ControlClient.connect(nearTcp);
      try {
        const request = { node: 'far', workType: 'signed', signWork: true };
        await expect(client.submit(request, 'x')).rejects.toThrow(
          /^cannot sign work: this node signs for clients of its Unix socket .*\(could not verify signature: signature is empty\)$/,
        );
        // signed for the far node, not for the one that is to sign
        const stolen = token(keys.privateKey, claims());
        await expect(client.submit({ ...request, signature: stolen }, 'x')).rejects.toThrow(
          /\(token audience did not match node ID\)$/,
        );
        const own = { aud: ['near'], exp: inSeconds(60) };
        const signed = { ...request, signature: token(keys.privateKey, own) };
        expect((await client.submit(signed, 'x')).result).toBe('Job Started');
      } finally {
        client.close();
      }
    },
  );

  it.skipIf(skips || farCommand !== undefined)(
    'takes keys that were exchanged, and those that a reload adds, without a restart',
    async () => {
      const old = keys;
      const next = makeKeys(mesh.folder, 'next');
      const submit = async (key: KeyObject): Promise<string> => {
        const client = await ControlClient.connect(farTcp);
        try {
          const signature = token(key, { aud: ['far'], exp: inSeconds(60) });
          return (await client.submit({ node: 'far', workType: 'signed', signature }, '')).result;
        } catch (error) {
          return (error as Error).message;
        } finally {
          client.close();
        }
      };
      expect(await submit(next.privateKey)).toContain('verification error');
      // what a tool that writes the file anew does
      renameSync(next.publicFile, old.publicFile);
      expect(await submit(next.privateKey)).toBe('Job Started');
      expect(await submit(old.privateKey)).toContain('verification error');
      renameSync(next.privateFile, old.privateFile);
      const { code, stdout } = await ctl(
        near,
        bin('receptorctl'),
        ...['submit', 'signed', '--node', 'far', '--signwork', '-l', 'new', '-f'],
      );
      expect({ code, stdout }).toEqual({ code: 0, stdout: 'new\n' });

      const third = makeKeys(mesh.folder, 'third');
      expect(await submit(third.privateKey)).toContain('verification error');
      far.configure(farActions([old.publicFile, third.publicFile]));
      expect((await command(bin('receptorctl'), ['--socket', far.socket, 'reload'])).code).toBe(0);
      expect(await submit(third.privateKey)).toBe('Job Started');
      expect(await submit(next.privateKey)).toBe('Job Started');
    },
  );
});
