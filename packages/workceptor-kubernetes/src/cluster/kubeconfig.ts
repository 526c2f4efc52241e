import type { Cluster, Context, User } from '@kubernetes/client-node';
import { dirname, isAbsolute, join } from 'node:path';
import { KubernetesError } from '../errors.js';
import { parseYaml, YamlError } from '../yaml-text.js';
import type { LoginProgram } from './login-program.js';

/** The part of a kubeconfig that is used: its current context, with the cluster and the user of that. */
export interface Kubeconfig {
  readonly context: Context;
  readonly cluster: Cluster;
  /** Without what logs in by a program or by a token in a file. */
  readonly user: User;
  /** The program that logs in. */
  readonly program?: LoginProgram | undefined;
  /** The file of a token, which is read again and again. */
  readonly tokenFile?: string | undefined;
}

/** Whose kubeconfig it is: a file of this machine may name others, a text that comes with a submission may not. */
export type KubeconfigSource =
  { readonly kind: 'file'; readonly path: string } | { readonly kind: 'submission' };

/**
 * Reads a kubeconfig. Nothing else of this machine is read, and nothing is run.
 *
 * @throws {KubernetesError} `bad-config`, which says what is wrong and where, and never shows a value that may be secret
 */
export function parseKubeconfig(text: string, source: KubeconfigSource): Kubeconfig {
  const what =
    source.kind === 'file'
      ? `kubeconfig ${source.path}`
      : 'the kubeconfig that comes with the submission';
  const root = Fields.of(yaml(text, what), what, '');
  const name = root.text('current-context') ?? '';
  if (name === '') {
    throw root.wrong(
      'current-context',
      'is missing, so that there is no current cluster; allowed is the name of one of its contexts',
    );
  }
  const context = root.named('contexts', 'context', name, 'current-context');
  const clusterName = context.needed('cluster');
  const cluster = root.named('clusters', 'cluster', clusterName, context.at('cluster'));
  const userName = context.text('user') ?? '';
  const user =
    userName === '' ? root.none('user') : root.named('users', 'user', userName, context.at('user'));
  if (source.kind === 'submission') refuseForeign(cluster, user);
  const folder = source.kind === 'file' ? dirname(source.path) : undefined;
  return {
    context: {
      name,
      cluster: clusterName,
      user: userName,
      namespace: context.text('namespace') || undefined,
    },
    cluster: { ...clusterOf(cluster, folder), name: clusterName },
    user: { ...userOf(user, folder), name: userName },
    program: programOf(user, folder),
    tokenFile: user.path('tokenFile', folder),
  };
}

/** The fields that name a file, and those that name a program. */
const files = ['client-certificate', 'client-key', 'tokenFile', 'token-file'];
const programs = ['exec', 'auth-provider'];

/** Whoever submits work is let choose a cluster, not a program or a file of this machine. */
function refuseForeign(cluster: Fields, user: Fields): void {
  const refuse = (fields: Fields, key: string, kind: string): void => {
    if (!fields.has(key)) return;
    throw fields.wrong(
      key,
      `names ${kind} of this machine, which it may not; allowed are ${
        kind === 'a program'
          ? 'a token, a certificate with its key, or a name and a password'
          : 'the data themselves, such as in token and in the fields that end with -data'
      }`,
    );
  };
  for (const key of programs) refuse(user, key, 'a program');
  for (const key of files) refuse(user, key, 'a file');
  refuse(cluster, 'certificate-authority', 'a file');
}

function clusterOf(fields: Fields, folder: string | undefined): Omit<Cluster, 'name'> {
  const server = fields.needed('server');
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    throw fields.wrong('server', 'is no address; allowed is one that begins with https://');
  }
  if (url.username !== '' || url.password !== '') {
    throw fields.wrong('server', 'has a name or a password in it; allowed are those of the user');
  }
  const skipTLSVerify = fields.flag('insecure-skip-tls-verify') ?? false;
  if (url.protocol === 'http:' && !skipTLSVerify) {
    throw fields.wrong(
      'server',
      'is without TLS; allowed is one that begins with https://, or insecure-skip-tls-verify: true',
    );
  }
  return {
    server,
    skipTLSVerify,
    ...given({
      caData: fields.pem('certificate-authority-data'),
      caFile: fields.path('certificate-authority', folder),
      tlsServerName: fields.text('tls-server-name'),
      proxyUrl: proxyOf(fields),
    }),
  };
}

const PROXIES = ['http:', 'https:', 'socks5:'];

function proxyOf(fields: Fields): string | undefined {
  const proxy = fields.text('proxy-url') || undefined;
  if (proxy === undefined) return undefined;
  if (!URL.canParse(proxy) || !PROXIES.includes(new URL(proxy).protocol)) {
    throw fields.wrong(
      'proxy-url',
      'is no address; allowed is one that begins with http://, https:// or socks5://',
    );
  }
  return proxy;
}

function userOf(fields: Fields, folder: string | undefined): Omit<User, 'name'> {
  for (const key of ['as-uid', 'as-groups', 'as-user-extra']) {
    if (fields.has(key)) throw fields.wrong(key, 'is not supported; allowed is as');
  }
  return given({
    certData: fields.pem('client-certificate-data'),
    certFile: fields.path('client-certificate', folder),
    keyData: fields.pem('client-key-data'),
    keyFile: fields.path('client-key', folder),
    token: fields.text('token'),
    username: fields.text('username'),
    password: fields.text('password'),
    impersonateUser: fields.text('as'),
    authProvider: providerOf(fields),
  });
}

/** Those of clouds run programs, and stop this process for as long as those run; they are gone from other clients too. */
function providerOf(
  fields: Fields,
): { readonly name: string; readonly config: object } | undefined {
  if (!fields.has('auth-provider')) return undefined;
  const provider = fields.map('auth-provider');
  if (provider.text('name') !== 'oidc') {
    throw provider.wrong(
      'name',
      'is none that is supported; allowed is oidc, or exec in its place',
    );
  }
  return { name: 'oidc', config: provider.map('config').values };
}

function programOf(user: Fields, folder: string | undefined): LoginProgram | undefined {
  if (!user.has('exec')) return undefined;
  const exec = user.map('exec');
  if (exec.text('interactiveMode') === 'Always') {
    throw exec.wrong('interactiveMode', 'is Always, but nobody is here; allowed is another one');
  }
  const command = exec.needed('command');
  const isRelative = folder !== undefined && command.includes('/') && !isAbsolute(command);
  return {
    command: isRelative ? join(folder, command) : command,
    args: exec.texts('args'),
    env: Object.fromEntries(
      exec.maps('env').map((each) => [each.needed('name'), each.text('value') ?? '']),
    ),
    apiVersion: exec.text('apiVersion') || 'client.authentication.k8s.io/v1',
  };
}

function yaml(text: string, what: string): unknown {
  try {
    return parseYaml(text);
  } catch (cause) {
    if (!(cause instanceof YamlError)) throw cause;
    throw new KubernetesError('bad-config', `${what}: ${cause.message}`, { cause });
  }
}

/** A map of a kubeconfig, and where it stands. */
class Fields {
  private constructor(
    readonly values: Readonly<Record<string, unknown>>,
    private readonly what: string,
    private readonly place: string,
  ) {}

  static of(value: unknown, what: string, place: string): Fields {
    if (isMap(value)) return new Fields(value, what, place);
    const where = place === '' ? 'it' : place;
    throw new KubernetesError(
      'bad-config',
      `${what}: ${where} is ${kindOf(value)}; allowed is a map with keys`,
    );
  }

  /** Where a key stands, such as `users[0].user.token`. */
  at(key: string): string {
    return this.place === '' ? key : `${this.place}.${key}`;
  }

  wrong(key: string, why: string): KubernetesError {
    return new KubernetesError('bad-config', `${this.what}: ${this.at(key)} ${why}`);
  }

  has(key: string): boolean {
    const value = this.#get(key);
    return value !== undefined && value !== '';
  }

  /** None of it is there. */
  none(place: string): Fields {
    return new Fields({}, this.what, place);
  }

  text(key: string): string | undefined {
    const value = this.#get(key);
    if (value === undefined || typeof value === 'string') return value;
    const quotes = typeof value === 'number' || typeof value === 'boolean' ? ' in quotes' : '';
    throw this.wrong(key, `is ${kindOf(value)}; allowed is a text${quotes}`);
  }

  needed(key: string): string {
    const value = this.text(key) ?? '';
    if (value === '') throw this.wrong(key, 'is missing; allowed is a text');
    return value;
  }

  flag(key: string): boolean | undefined {
    const value = this.#get(key);
    if (value === undefined || typeof value === 'boolean') return value;
    throw this.wrong(key, `is ${kindOf(value)}; allowed are true and false`);
  }

  /** PEM in base64. */
  pem(key: string): string | undefined {
    const value = this.text(key) || undefined;
    if (value === undefined || Buffer.from(value, 'base64').includes('-----BEGIN ')) return value;
    throw this.wrong(key, 'is no PEM in base64, which alone is allowed');
  }

  /** A path; a relative one is one from the folder of the kubeconfig. */
  path(key: string, folder: string | undefined): string | undefined {
    const value = this.text(key) || undefined;
    return value === undefined || isAbsolute(value) ? value : join(folder ?? '', value);
  }

  map(key: string): Fields {
    return Fields.of(this.#get(key) ?? {}, this.what, this.at(key));
  }

  maps(key: string): readonly Fields[] {
    return this.#list(key).map((each, index) =>
      Fields.of(each, this.what, `${this.at(key)}[${index}]`),
    );
  }

  texts(key: string): readonly string[] {
    return this.#list(key).map((each, index) => {
      if (typeof each === 'string') return each;
      throw this.wrong(`${key}[${index}]`, `is ${kindOf(each)}; allowed is a text`);
    });
  }

  /** The part `inner` of that entry of a list which has a name. */
  named(key: string, inner: string, name: string, namedBy: string): Fields {
    const entry = this.maps(key).find((each) => each.text('name') === name);
    if (entry) return entry.map(inner);
    const names = this.maps(key).map((each) => each.text('name') ?? '');
    const allowed =
      names.length === 0 ? 'it has none' : `allowed are ${names.slice(0, 10).join(', ')}`;
    throw this.wrong(
      key,
      `has no ${inner} of the name ${name}, which ${namedBy} names; ${allowed}`,
    );
  }

  #list(key: string): readonly unknown[] {
    const value = this.#get(key) ?? [];
    if (Array.isArray(value)) return value as readonly unknown[];
    throw this.wrong(key, `is ${kindOf(value)}; allowed is a list`);
  }

  #get(key: string): unknown {
    return Object.hasOwn(this.values, key) ? (this.values[key] ?? undefined) : undefined;
  }
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (isMap(value)) return 'a map';
  if (typeof value === 'string') return 'a text';
  return typeof value === 'number' || typeof value === 'boolean' ? `a ${typeof value}` : 'no text';
}

function given<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(
    Object.entries(value).filter(([, each]) => each !== undefined),
  ) as never;
}
