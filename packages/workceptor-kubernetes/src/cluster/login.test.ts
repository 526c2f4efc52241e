import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ClusterLogin } from './login.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kube-login-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const config = (user: string, cluster = '', context = ''): string => `
apiVersion: v1
kind: Config
current-context: c
contexts: [{name: c, context: {cluster: k, user: u${context}}}]
clusters: [{name: k, cluster: {server: "https://api.example.org:6443"${cluster}}}]
users: [{name: u, user: {${user}}}]
`;
const ofText = (text: string): ClusterLogin => new ClusterLogin({ kind: 'text', text });

describe('a text of others', () => {
  it('gives address, namespace, TLS and what authorizes', async () => {
    const ca = Buffer.from('CA').toString('base64');
    const login = ofText(
      config(
        'token: hush',
        `, certificate-authority-data: ${ca}, tls-server-name: inner`,
        ', namespace: jobs',
      ),
    );
    expect(login.server.href).toBe('https://api.example.org:6443/');
    expect(login.namespace).toBe('jobs');
    expect(await login.options()).toMatchObject({
      ca: Buffer.from('CA'),
      servername: 'inner',
      headers: { Authorization: 'Bearer hush' },
      agent: undefined,
    });
    expect(ofText(config('token: t')).namespace).toBe('default');
  });

  it('logs in by name and password, and may leave out the check of the server', async () => {
    const login = ofText(config('username: n, password: p', ', insecure-skip-tls-verify: true'));
    expect(await login.options()).toMatchObject({ auth: 'n:p', rejectUnauthorized: false });
  });

  it.each([
    ['a: [', /./],
    ['', /./],
    ['{}', /no current cluster/],
    [config('exec: {command: sh, apiVersion: v1}'), /may not name a program of this machine/],
    [config('auth-provider: {name: gcp, config: {}}'), /may not name a program/],
    [
      config('client-certificate: /etc/x, client-key: /etc/y'),
      /may not name files of this machine/,
    ],
    [config('token: t', ', certificate-authority: /etc/passwd'), /may not name files/],
    [config('tokenFile: /etc/passwd'), /may not name files/],
  ])('is refused where it is wrong or reaches into this machine (%#)', async (text, message) => {
    const login = ofText(text);
    const expected = { code: 'bad-config', message: expect.stringMatching(message) as string };
    expect(() => login.server).toThrow(expect.objectContaining(expected) as Error);
    await expect(login.options()).rejects.toMatchObject(expected);
  });

  it('is shared by those who bring the same, and by nobody else', () => {
    expect(ofText('a').key).toBe(ofText('a').key);
    expect(ofText('a').key).not.toBe(ofText('b').key);
    expect(ofText('hush').key).not.toContain('hush');
  });
});

describe('a file', () => {
  it('is read again when it is old, and when the API server refuses', async () => {
    const path = join(folder, 'config');
    writeFileSync(path, config('token: one'));
    let now = 0;
    const login = new ClusterLogin({ kind: 'file', path }, () => now);
    const token = async (): Promise<string | undefined> =>
      (await login.options()).headers['Authorization'];
    expect(await token()).toBe('Bearer one');
    writeFileSync(path, config('token: two'));
    expect(await token()).toBe('Bearer one');
    now = 10_000;
    expect(await token()).toBe('Bearer two');
    writeFileSync(path, config('token: three'));
    login.forget();
    expect(await token()).toBe('Bearer three');
  });

  it('is that of KUBECONFIG unless it is named, and may be missing', async () => {
    const path = join(folder, 'mine');
    writeFileSync(path, config('token: mine'));
    vi.stubEnv('KUBECONFIG', `${path}:/nowhere`);
    const login = new ClusterLogin({ kind: 'file' });
    expect((await login.options()).headers).toEqual({ Authorization: 'Bearer mine' });
    await expect(
      new ClusterLogin({ kind: 'file', path: '/nowhere' }).options(),
    ).rejects.toMatchObject({
      code: 'bad-config',
      message: expect.stringContaining('ENOENT') as string,
    });
  });

  it('may have a program that logs in', async () => {
    const path = join(folder, 'config');
    const answer = JSON.stringify({
      status: { token: 'given', expirationTimestamp: '2100-01-01T00:00:00Z' },
    });
    writeFileSync(
      path,
      config(`exec: {command: sh, args: ["-c", ${JSON.stringify(`echo '${answer}'`)}]}`),
    );
    const login = new ClusterLogin({ kind: 'file', path });
    expect((await login.options()).headers).toEqual({ Authorization: 'Bearer given' });
  });
});

it('in a cluster the account is that of the pod, whose token rotates', async () => {
  const account = join(folder, 'var/run/secrets/kubernetes.io/serviceaccount');
  const login = (now: () => number = () => 0): ClusterLogin =>
    new ClusterLogin({ kind: 'incluster', root: folder }, now);
  await expect(login().options()).rejects.toMatchObject({
    code: 'bad-config',
    message: expect.stringContaining('unable to load in-cluster configuration') as string,
  });
  mkdirSync(account, { recursive: true });
  writeFileSync(join(account, 'ca.crt'), 'CA');
  writeFileSync(join(account, 'namespace'), 'own');
  writeFileSync(join(account, 'token'), 'one\n');
  vi.stubEnv('KUBERNETES_SERVICE_HOST', '10.0.0.1');
  vi.stubEnv('KUBERNETES_SERVICE_PORT', '443');
  let now = 0;
  const rotating = login(() => now);
  expect([rotating.server.href, rotating.namespace]).toEqual(['https://10.0.0.1/', 'own']);
  expect((await rotating.options()).headers).toEqual({ Authorization: 'Bearer one' });
  writeFileSync(join(account, 'token'), 'two\n');
  now = 10_000;
  expect((await rotating.options()).headers).toEqual({ Authorization: 'Bearer two' });
});
