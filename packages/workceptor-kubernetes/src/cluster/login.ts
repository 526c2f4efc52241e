import { errorText } from '@receptorjs/primitives';
import { KubeConfig } from '@kubernetes/client-node';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { validateHeaderValue } from 'node:http';
import type { Agent, RequestOptions } from 'node:https';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { createSecureContext, type SecureContext } from 'node:tls';
import { setTimeout as wait } from 'node:timers/promises';
import { KubernetesError } from '../errors.js';
import { parseKubeconfig, type Kubeconfig } from './kubeconfig.js';
import { ProgramCredentials } from './program-credentials.js';

/** How a cluster is logged in to. */
export type LoginSource =
  /** By the account of the pod that this process runs in. */
  | { readonly kind: 'incluster'; readonly root?: string | undefined }
  /** By a file; without one by that of `KUBECONFIG`, or `.kube/config` in the home folder. */
  | { readonly kind: 'file'; readonly path?: string | undefined }
  /** By a text of others. */
  | { readonly kind: 'text'; readonly text: string };

/** What each request needs: TLS, and headers that authorize. */
export type LoginOptions = Pick<
  RequestOptions,
  'ca' | 'cert' | 'key' | 'rejectUnauthorized' | 'servername' | 'auth'
> & {
  readonly headers: Readonly<Record<string, string>>;
  /** Of `ca`, `cert` and `key`, made once for all connections: each would have one of its own otherwise, of some 100 KB. None for HTTP. */
  readonly secureContext?: SecureContext | undefined;
  /** Of a proxy; none for a straight connection. */
  readonly agent?: Agent | undefined;
  /** Says that the API server has refused it: what logs in is read again at the next use, unless that has happened since. */
  readonly forget: () => void;
};

/** Milliseconds for which what a file says is used: tokens rotate, and a new one is there long before the old one is refused. */
const USE_MS = 10_000;
/** Milliseconds for which it is not read again even where it was refused: each request would read it otherwise. */
const LEAST_USE_MS = 1_000;
/** Milliseconds until a provider of tokens has answered, and a proxy. */
const PROVIDER_MS = 60_000;
const PROXY_MS = 30_000;
/** Bytes of the largest kubeconfig and of the largest token in a file. */
const MAX_FILE_BYTES = 1024 * 1024;
const MAX_TOKEN_BYTES = 64 * 1024;

/** Where the kubelet puts the account of a pod. */
const ACCOUNT_ROOT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** What is read of a login: the cluster, and how it authorizes. */
interface Read {
  readonly config: KubeConfig;
  readonly server: string;
  readonly namespace: string;
  readonly file?: Kubeconfig | undefined;
}

/** Whom to believe, and who one is. */
type TlsFiles = Pick<RequestOptions, 'ca' | 'cert' | 'key'>;

/** The way into a cluster. What it is read from may change while it is used. It alone writes its fields. */
export class ClusterLogin {
  #read: Read | undefined;
  #options: Promise<LoginOptions> | undefined;
  /** What `#options` has come to last; nothing once that was refused. */
  #current: LoginOptions | undefined;
  #readAt = Number.NEGATIVE_INFINITY;
  /** What the last `secureContext` was made of; written by `#secureContext` only. */
  #secure: { readonly of: TlsFiles; readonly context: SecureContext } | undefined;
  readonly #program: ProgramCredentials;

  constructor(
    private readonly source: LoginSource,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#program = new ProgramCredentials(now);
  }

  /** The same for logins that are the same: connections, limits and watches are shared by it. */
  get key(): string {
    const { source } = this;
    if (source.kind === 'text') {
      return `text:${createHash('sha256').update(source.text).digest('hex')}`;
    }
    return source.kind === 'file' ? `file:${source.path ?? ''}` : source.kind;
  }

  /**
   * The address of the API server.
   *
   * @throws {KubernetesError} `bad-config`
   */
  get server(): URL {
    return new URL(this.#get().server);
  }

  /**
   * The namespace that the configuration names; `default` when a text has a context without one, as for the original.
   *
   * @throws {KubernetesError} `bad-config`
   */
  get namespace(): string {
    return this.#get().namespace;
  }

  /**
   * What a request needs now.
   *
   * @throws {KubernetesError} `bad-config`
   */
  options(): Promise<LoginOptions> {
    if (this.now() - this.#readAt >= USE_MS) this.renew();
    if (this.#options) return this.#options;
    const options = this.#makeOptions();
    this.#options = options;
    options.then(
      (made) => {
        if (this.#options === options) this.#current = made;
      },
      () => {
        if (this.#options === options) this.#options = undefined;
      },
    );
    return options;
  }

  /** Reads everything again at the next use, but for what can't have changed: a text, and what a program has given until it expires. */
  renew(): void {
    this.#options = undefined;
    if (this.source.kind === 'text') this.#readAt = this.now();
    else if (this.now() - this.#readAt >= LEAST_USE_MS) this.#read = undefined;
  }

  /** Many may have been refused with the same: the first one of them counts, and nobody who comes late drops what is new. */
  #forget(used: LoginOptions): void {
    if (this.#current === undefined || !isSameLogin(used, this.#current)) return;
    this.#current = undefined;
    this.renew();
    this.#program.refuse();
  }

  async #makeOptions(): Promise<LoginOptions> {
    try {
      const { config, file } = this.#get();
      const options: RequestOptions = { headers: {}, timeout: PROXY_MS };
      await inTime(config.applyToHTTPSOptions(options));
      const { ca, cert, key, rejectUnauthorized, servername, auth, headers, agent } = options;
      const isProxied = config.getCurrentCluster()?.proxyUrl !== undefined;
      const credential = file?.program && (await this.#program.of(file.program));
      const token = file?.tokenFile === undefined ? credential?.token : tokenIn(file.tokenFile);
      const files = { ca, cert: credential?.cert ?? cert, key: credential?.key ?? key };
      const made: LoginOptions = {
        ...files,
        secureContext: this.#secureContext(files),
        rejectUnauthorized,
        servername,
        auth,
        headers: headersOf(headers, token, file?.user.impersonateUser),
        agent: isProxied ? (agent as Agent) : undefined,
        forget: () => {
          this.#forget(made);
        },
      };
      return made;
    } catch (cause) {
      throw badConfig(cause);
    }
  }

  #secureContext(of: TlsFiles): SecureContext | undefined {
    const { protocol, host } = this.server;
    if (protocol === 'http:') return undefined;
    const last = this.#secure;
    if (last && isDeepStrictEqual(last.of, of)) return last.context;
    try {
      const context = createSecureContext(of);
      this.#secure = { of, context };
      return context;
    } catch (cause) {
      const message = `the login to the API server at ${host} can't be used: ${errorText(cause)}`;
      throw new KubernetesError('bad-config', message, { cause });
    }
  }

  #get(): Read {
    if (this.#read) return this.#read;
    try {
      const read = this.source.kind === 'incluster' ? ofAccount(this.source) : ofText(this.source);
      this.#read = read;
      this.#readAt = this.now();
      return read;
    } catch (cause) {
      throw badConfig(cause);
    }
  }
}

/** Whether two authorize by the same. */
function isSameLogin(one: LoginOptions, other: LoginOptions): boolean {
  const proof = ({ headers, auth, cert, key }: LoginOptions): unknown[] => [
    headers['Authorization'],
    auth,
    cert,
    key,
  ];
  return isDeepStrictEqual(proof(one), proof(other));
}

function ofText(source: Exclude<LoginSource, { kind: 'incluster' }>): Read {
  const path = source.kind === 'file' ? (source.path ?? defaultFile()) : '';
  const file =
    source.kind === 'file'
      ? parseKubeconfig(fileText(path, MAX_FILE_BYTES, 'kubeconfig'), { kind: 'file', path })
      : parseKubeconfig(source.text, { kind: 'submission' });
  const { cluster, context, user } = file;
  const config = new KubeConfig();
  const currentContext = context.name;
  config.loadFromOptions({
    clusters: [cluster],
    users: [user],
    contexts: [context],
    currentContext,
  });
  const namespace = context.namespace ?? (source.kind === 'text' ? 'default' : '');
  return { config, server: cluster.server, namespace, file };
}

function ofAccount({ root = '' }: Extract<LoginSource, { kind: 'incluster' }>): Read {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = process.env;
  if (!host || !/^\d{1,5}$/.test(port ?? '') || !existsSync(root + ACCOUNT_ROOT)) {
    throw new KubernetesError(
      'bad-config',
      'unable to load in-cluster configuration, KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be defined',
    );
  }
  const config = new KubeConfig();
  config.loadFromCluster(root);
  const { server = '' } = config.getCurrentCluster() ?? {};
  if (!URL.canParse(server)) {
    throw new KubernetesError(
      'bad-config',
      `unable to load in-cluster configuration, ${server} is no address: KUBERNETES_SERVICE_HOST must be a host`,
    );
  }
  const { namespace = '' } = config.getContextObject(config.getCurrentContext()) ?? {};
  return { config, server, namespace: namespace.trim() };
}

/** The first of `KUBECONFIG`, as the original takes it. */
function defaultFile(): string {
  const [first = ''] = (process.env['KUBECONFIG'] ?? '').split(delimiter);
  return first === '' ? join(homedir(), '.kube', 'config') : first;
}

/** A plain file only: to read anything else might never end. */
function fileText(path: string, maxBytes: number, what: string): string {
  const found = statSync(path);
  if (!found.isFile() || found.size > maxBytes) {
    throw new KubernetesError(
      'bad-config',
      `${what} ${path} is no plain file of at most ${maxBytes} bytes`,
    );
  }
  return readFileSync(path, 'utf8');
}

function tokenIn(path: string): string {
  const token = fileText(path, MAX_TOKEN_BYTES, 'tokenFile').trim();
  if (token !== '') return token;
  throw new KubernetesError('bad-config', `tokenFile ${path} of the kubeconfig is empty`);
}

async function inTime(applied: Promise<void>): Promise<void> {
  const over = new AbortController();
  const late = wait(PROVIDER_MS, undefined, { signal: over.signal }).then(() => {
    throw new KubernetesError(
      'bad-config',
      `the auth-provider of the kubeconfig has given no token in ${PROVIDER_MS / 1_000} s`,
    );
  });
  try {
    await Promise.race([applied, late]);
  } finally {
    over.abort();
    late.catch(() => undefined);
  }
}

function headersOf(
  headers: RequestOptions['headers'],
  token: string | undefined,
  user: string | undefined,
): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    // a token that was read from a file may end with a newline
    if (typeof value === 'string') texts[name] = value.trim();
  }
  if (token !== undefined) texts['Authorization'] = `Bearer ${token}`;
  if (user) texts['Impersonate-User'] = user;
  for (const [name, value] of Object.entries(texts)) checkHeader(name, value);
  return texts;
}

function checkHeader(name: string, value: string): void {
  try {
    validateHeaderValue(name, value);
  } catch {
    const what = name === 'Authorization' ? 'the token' : 'as';
    throw new KubernetesError(
      'bad-config',
      `${what} of the kubeconfig has a character in it that no header may have, such as a newline`,
    );
  }
}

function badConfig(cause: unknown): KubernetesError {
  if (cause instanceof KubernetesError) return cause;
  return new KubernetesError('bad-config', errorText(cause), { cause });
}
