import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ClusterApi } from './cluster-api.js';
import { ClusterLogin } from './login.js';
import { runLoginProgram } from './login-program.js';
import { RequestLimit } from './request-limit.js';
import { testIdentity } from '../testing/test-identity.js';

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
/** In base64, and no certificate. */
const pem = Buffer.from('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n').toString(
  'base64',
);
const ofText = (text: string): ClusterLogin => new ClusterLogin({ kind: 'text', text });

/** What is found to be wrong once something is asked for with it. */
async function usedBy(login: ClusterLogin): Promise<void> {
  const api = new ClusterApi(login, new RequestLimit());
  await api.getPod('jobs', 'p', AbortSignal.timeout(5_000));
}

describe('a text of others', () => {
  it('is made options of once in ten seconds, and not for each request after those', async () => {
    let now = 0;
    const login = new ClusterLogin({ kind: 'text', text: config('token: t') }, () => now);
    const first = await login.options();
    now = 10_000;
    const second = await login.options();
    expect(second).not.toBe(first);
    now = 15_000;
    expect(await login.options()).toBe(second);
  });

  it('gives address, namespace, TLS and what authorizes', async () => {
    const login = ofText(
      config(
        'token: hush',
        `, certificate-authority-data: ${pem}, tls-server-name: inner`,
        ', namespace: jobs',
      ),
    );
    expect(login.server.href).toBe('https://api.example.org:6443/');
    expect(login.namespace).toBe('jobs');
    expect(await login.options()).toMatchObject({
      ca: Buffer.from(pem, 'base64'),
      servername: 'inner',
      headers: { Authorization: 'Bearer hush' },
      agent: undefined,
    });
    expect(ofText(config('token: t')).namespace).toBe('default');
  });

  it('logs in by name and password, and may leave out the check of the server', async () => {
    const login = ofText(config('username: me, password: p', ', insecure-skip-tls-verify: true'));
    expect(await login.options()).toMatchObject({ auth: 'me:p', rejectUnauthorized: false });
  });

  it.each([
    ['a: [', /: it is no YAML in line 1, column 5 \(BAD_INDENT\)$/],
    ['', /: it is empty; allowed is a map with keys$/],
    ['- a', /: it is a list; allowed is a map with keys$/],
    ['a: &a [*a]', /: it is no YAML that can be read: it contains itself$/],
    ['{}', /: current-context is missing, so that there is no current cluster; allowed is/],
    ['current-context: [a]', /: current-context is a list; allowed is a text$/],
    ['{current-context: c, contexts: {}}', /: contexts is a map; allowed is a list$/],
    ['{current-context: c, contexts: [5]}', /: contexts\[0\] is a number; allowed is a map/],
    [
      '{current-context: c}',
      /: contexts has no context of the name c, which current-context names; it has none$/,
    ],
    [
      config('token: t').replace('cluster: k,', 'cluster: other,'),
      /: clusters has no cluster of the name other, which contexts\[0\].context.cluster names; allowed are k$/,
    ],
    [
      config('token: t').replace('user: u}', 'user: other}'),
      /: users has no user of the name other, .* allowed are u$/,
    ],
    [
      config('token: t').replace('https://api.example.org:6443', ''),
      /: clusters\[0\].cluster.server is missing; allowed is a text$/,
    ],
    [
      config('token: t').replace('https://', 'ftp://'),
      /: clusters\[0\].cluster.server is no address; allowed is one that begins with https:/,
    ],
    [config('token: t').replace('https://', 'http://'), /server is without TLS; allowed is/],
    [
      config('token: t').replace('https://', 'https://me:hush@'),
      /server has a name or a password in it; allowed are those of the user$/,
    ],
    [config('token: 5'), /: users\[0\].user.token is a number; allowed is a text in quotes$/],
    [config('token: "a\\nb"'), /token of the kubeconfig has a character in it that no header/],
    [config('client-key-data: aGVsbG8='), /client-key-data is no PEM in base64, which alone is/],
    [config('as-groups: [x]'), /as-groups is not supported; allowed is as$/],
    [
      config('token: t', ', insecure-skip-tls-verify: maybe'),
      /insecure-skip-tls-verify is a text; allowed are true and false$/,
    ],
    [
      config('token: t', ', proxy-url: "file:///etc/passwd"'),
      /: clusters\[0\].cluster.proxy-url is no address; allowed is one that begins with http:/,
    ],
    [
      config(`client-certificate-data: ${pem}, client-key-data: ${pem}`),
      /the login to the API server at api.example.org:6443 can't be used: .*asn1/,
    ],
  ])('is refused where it is wrong, which says what and where (%#)', async (text, message) => {
    const login = ofText(text);
    const error: unknown = await login
      .options()
      .then(() => usedBy(login))
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'bad-config',
      message: expect.stringMatching(message) as string,
    });
    expect((error as Error).message).not.toMatch(/hush|undefined/);
  });

  it.each([
    [config('exec: {command: sh, apiVersion: v1}'), /user.exec names a program of this machine/],
    [config('auth-provider: {name: oidc, config: {}}'), /auth-provider names a program/],
    [config('client-certificate: /etc/x, client-key: /etc/y'), /client-certificate names a file/],
    [config('client-key: /etc/y'), /client-key names a file of this machine/],
    [config('token: t', ', certificate-authority: FILE'), /certificate-authority names a file/],
    [config('tokenFile: FILE'), /tokenFile names a file of this machine/],
    [config('token-file: FILE'), /token-file names a file/],
    // other ways to write the same
    [config('"token\\x2dfile": FILE'), /token-file names a file/],
    [config('? token-file : FILE'), /token-file names a file/],
    [config('<<: {token-file: FILE}'), /token-file names a file/],
    [config('<<: *user').replace('users', 'x: &user {token-file: FILE}\nusers'), /token-file/],
    [config('<<: [{exec: {command: sh}}]'), /exec names a program/],
    [config('token: t', ', <<: {certificate-authority: FILE}'), /certificate-authority names/],
  ])('may not reach into this machine (%#)', async (text, message) => {
    const login = ofText(text.replace('FILE', JSON.stringify(join(folder, 'none'))));
    await expect(login.options()).rejects.toMatchObject({
      code: 'bad-config',
      message: expect.stringMatching(message) as string,
    });
  });

  it('names no file even where nobody would look, and the entries beside the current ones are nothing', async () => {
    const fifo = join(folder, 'fifo');
    spawnSync('mkfifo', [fifo]);
    // whoever opened it would wait for ever
    const text = `${config('token: t').trimEnd().slice(0, -1)}, {name: other, user: {token-file: "${fifo}", exec: {command: sh}}}]\n`;
    expect((await ofText(text).options()).headers).toEqual({ Authorization: 'Bearer t' });
  });

  it('may name a proxy, and somebody to act as', async () => {
    const login = ofText(config('token: t, as: other', ', proxy-url: "http://proxy:3128"'));
    const { headers, agent } = await login.options();
    expect(headers).toEqual({ Authorization: 'Bearer t', 'Impersonate-User': 'other' });
    expect(agent).toBeDefined();
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
    now += 1_000;
    (await login.options()).forget();
    expect(await token()).toBe('Bearer three');
  });

  it('that does not change is not read for each request that is refused, and one late refusal drops nothing new', async () => {
    const path = join(folder, 'config');
    let now = 0;
    const login = new ClusterLogin({ kind: 'file', path }, () => now);
    const token = async (): Promise<string | undefined> =>
      (await login.options()).headers['Authorization'];
    writeFileSync(path, config('token: one'));
    const used = await login.options();
    now = 1_000;
    used.forget();
    expect(await token()).toBe('Bearer one');
    // another request was refused in the same moment
    writeFileSync(path, config('token: two'));
    used.forget();
    expect(await token()).toBe('Bearer one');
    now = 2_000;
    used.forget();
    expect(await token()).toBe('Bearer two');
    writeFileSync(path, config('token: three'));
    now = 4_000;
    // it took its time, and tells nothing of the second one
    used.forget();
    expect(await token()).toBe('Bearer two');
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

  const withProgram = (script: string, more = ''): ClusterLogin => {
    const path = join(folder, 'config');
    writeFileSync(
      path,
      config(`exec: {command: sh, args: ["-c", ${JSON.stringify(script)}]${more}}`),
    );
    return new ClusterLogin({ kind: 'file', path }, () => now);
  };
  let now = 0;
  const credential = (status: object): string => `printf %s '${JSON.stringify({ status })}'`;

  it('may have a program that logs in, which is run again when it has expired or is refused', async () => {
    const count = join(folder, 'count');
    const login = withProgram(
      `echo x >> ${count}; ${credential({ token: 'given', expirationTimestamp: '2100-01-01T00:00:00Z' })}`,
    );
    for (const _ of [1, 2]) {
      expect((await login.options()).headers).toEqual({ Authorization: 'Bearer given' });
      login.renew();
    }
    expect(statSync(count).size).toBe(2);
    now += 5_000;
    (await login.options()).forget();
    await login.options();
    expect(statSync(count).size).toBe(4);
    const old = withProgram(
      `echo x >> ${count}; ${credential({ token: 't', expirationTimestamp: '2000-01-01T00:00:00Z' })}`,
    );
    await old.options();
    old.renew();
    await old.options();
    expect(statSync(count).size).toBe(8);
  });

  it('tells a program what is wanted of it, gives it no stdin, and takes certificates', async () => {
    const { cert, key } = await testIdentity();
    const login = withProgram(
      `read line && exit 9; case "$KUBERNETES_EXEC_INFO$A" in *ExecCredential*false*yes) ${credential({ clientCertificateData: cert, clientKeyData: key })};; esac`,
      ', env: [{name: A, value: "yes"}]',
    );
    expect(await login.options()).toMatchObject({ cert, key, headers: {} });
  });

  it('has what TLS is made of once for all connections, until one of its files changes', async () => {
    const { ca, cert, key } = await testIdentity();
    const path = join(folder, 'config');
    for (const [name, text] of Object.entries({ ca, cert, key }))
      writeFileSync(join(folder, name), text);
    writeFileSync(
      path,
      config('client-certificate: cert, client-key: key', ', certificate-authority: ca'),
    );
    const login = new ClusterLogin({ kind: 'file', path });
    const { secureContext } = await login.options();
    login.renew();
    expect((await login.options()).secureContext).toBe(secureContext);
    writeFileSync(join(folder, 'ca'), ca + cert);
    login.renew();
    const { secureContext: changed } = await login.options();
    expect(changed).toBeDefined();
    expect(changed).not.toBe(secureContext);
  });

  it.each([
    ['echo hush >&2; exit 3', / has ended with status 3; run it by hand/],
    ['echo hush', /its output is no JSON; allowed is an ExecCredential$/],
    ['echo "null"', /its output has neither status.token nor/],
    ['echo "{}"', /its output has neither status.token nor/],
    [credential({ token: 5, hush: '' }), /its output has neither status.token nor/],
    ['kill -9 $$', /was ended by SIGKILL/],
    ['while :; do echo hushhushhushhushhushhushhushhush; done', /has more than 1048576 bytes$/],
  ])('whose program fails says so, and not what it has said (%#)', async (script, message) => {
    const error: unknown = await withProgram(script)
      .options()
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'bad-config',
      message: expect.stringMatching(message) as string,
    });
    expect((error as Error).message).not.toContain('hush');
  });

  it('whose program is not there, or of another kind, says so', async () => {
    const path = join(folder, 'config');
    const failing = (user: string): Promise<unknown> => {
      writeFileSync(path, config(user));
      return new ClusterLogin({ kind: 'file', path }).options();
    };
    await expect(failing('exec: {command: ./none}')).rejects.toThrow(`${folder}/none`);
    await expect(
      failing('exec: {command: sh, env: [{name: A, value: "hush\\0"}]}'),
    ).rejects.toThrow(/its command, arguments and variables can not be of any program$/);
    await expect(failing('exec: {}')).rejects.toThrow(/user.exec.command is missing/);
    await expect(failing('exec: {command: a, interactiveMode: Always}')).rejects.toThrow(
      /interactiveMode is Always, but nobody is here/,
    );
    await expect(failing('auth-provider: {name: gcp}')).rejects.toThrow(
      /auth-provider.name is none that is supported; allowed is oidc, or exec/,
    );
  });

  it('whose program does not end is not waited for for ever, nor what it has started', async () => {
    const pid = join(folder, 'pid');
    const program = {
      command: 'sh',
      args: ['-c', `sleep 1000 & echo $! > ${pid}; wait`],
      env: {},
      apiVersion: 'v1',
    };
    await expect(runLoginProgram(program, 300)).rejects.toThrow(
      'the program sh of the kubeconfig does not log in: it has not ended in 0.3 s, and was killed',
    );
    const child = Number(readFileSync(pid, 'utf8'));
    await vi.waitUntil(() => isGone(child), { interval: 5 });
  });

  it('may name a file of a token, which is read again', async () => {
    const path = join(folder, 'config');
    writeFileSync(path, config('tokenFile: here'));
    writeFileSync(join(folder, 'here'), 'one\n');
    const login = new ClusterLogin({ kind: 'file', path });
    expect((await login.options()).headers).toEqual({ Authorization: 'Bearer one' });
    writeFileSync(join(folder, 'here'), 'two\n');
    login.renew();
    expect((await login.options()).headers).toEqual({ Authorization: 'Bearer two' });
  });

  it.each([
    ['is no plain file', (path: string) => spawnSync('mkfifo', [path])],
    ['of at most 1048576 bytes', (path: string) => writeFileSync(path, 'x'.repeat(2 ** 20 + 1))],
  ])('that %s is not read', async (message, make) => {
    const path = join(folder, 'odd');
    make(path);
    await expect(new ClusterLogin({ kind: 'file', path }).options()).rejects.toMatchObject({
      code: 'bad-config',
      message: expect.stringContaining(message) as string,
    });
  });
});

/** Whether a process has ended; one that its parent has not asked about yet has. */
function isGone(pid: number): boolean {
  try {
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}

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
