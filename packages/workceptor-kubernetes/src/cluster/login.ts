import { errorText } from '@receptorjs/primitives';
import { KubeConfig } from '@kubernetes/client-node';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Agent, RequestOptions } from 'node:https';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { KubernetesError } from '../errors.js';

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
  /** Of a proxy; none for a straight connection. */
  readonly agent?: Agent | undefined;
};

/** Milliseconds for which what a file says is used: tokens rotate, and a new one is there long before the old one is refused. */
const USE_MS = 10_000;

/** Where the kubelet puts the account of a pod. */
const ACCOUNT_ROOT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The way into a cluster. What it is read from may change while it is used. It alone writes its fields. */
export class ClusterLogin {
  #config: KubeConfig | undefined;
  #options: Promise<LoginOptions> | undefined;
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly source: LoginSource,
    private readonly now: () => number = () => performance.now(),
  ) {}

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
    const server = this.#read().getCurrentCluster()?.server ?? '';
    try {
      return new URL(server);
    } catch (cause) {
      const message = `the kubeconfig's server is no address: ${server}`;
      throw new KubernetesError('bad-config', message, { cause });
    }
  }

  /**
   * The namespace that the configuration names; `default` when a text has a context without one, as for the original.
   *
   * @throws {KubernetesError} `bad-config`
   */
  get namespace(): string {
    const config = this.#read();
    const context = config.getContextObject(config.getCurrentContext());
    if (context === null) return '';
    return context.namespace ?? (this.source.kind === 'text' ? 'default' : '');
  }

  /**
   * What a request needs now.
   *
   * @throws {KubernetesError} `bad-config`
   */
  options(): Promise<LoginOptions> {
    if (this.now() - this.#readAt >= USE_MS) this.renew();
    const options = (this.#options ??= this.#makeOptions());
    options.catch(() => {
      if (this.#options === options) this.#options = undefined;
    });
    return options;
  }

  /** Reads everything again at the next use: the API server does not know us any more. */
  renew(): void {
    this.#options = undefined;
    // programs that log in keep what they were given until it expires; files are read again
    if (this.#config?.getCurrentUser()?.exec === undefined) this.#config = undefined;
  }

  /** As {@link renew}, and forgets what a program has given too. */
  forget(): void {
    this.#options = undefined;
    this.#config = undefined;
  }

  async #makeOptions(): Promise<LoginOptions> {
    try {
      const config = this.#read();
      const options: RequestOptions = { headers: {} };
      await config.applyToHTTPSOptions(options);
      const { ca, cert, key, rejectUnauthorized, servername, auth, headers, agent } = options;
      const isProxied = config.getCurrentCluster()?.proxyUrl !== undefined;
      return {
        ca,
        cert,
        key,
        rejectUnauthorized,
        servername,
        auth,
        headers: textsOf(headers),
        agent: isProxied ? (agent as Agent) : undefined,
      };
    } catch (cause) {
      throw badConfig(cause);
    }
  }

  #read(): KubeConfig {
    if (this.#config) return this.#config;
    try {
      const config = readConfig(this.source);
      this.#config = config;
      this.#readAt = this.now();
      return config;
    } catch (cause) {
      throw badConfig(cause);
    }
  }
}

function readConfig(source: LoginSource): KubeConfig {
  const config = new KubeConfig();
  if (source.kind === 'text') {
    config.loadFromString(source.text);
    checkForeign(source.text, config);
  } else if (source.kind === 'file') {
    config.loadFromFile(source.path ?? defaultFile());
  } else {
    const { root = '' } = source;
    if (process.env['KUBERNETES_SERVICE_HOST'] === undefined || !existsSync(root + ACCOUNT_ROOT)) {
      throw new KubernetesError(
        'bad-config',
        'unable to load in-cluster configuration, KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be defined',
      );
    }
    config.loadFromCluster(root);
  }
  if (config.getCurrentCluster() === null) {
    throw new KubernetesError('bad-config', 'the kubeconfig has no current cluster');
  }
  return config;
}

/** The first of `KUBECONFIG`, as the original takes it. */
function defaultFile(): string {
  const [first = ''] = (process.env['KUBECONFIG'] ?? '').split(delimiter);
  return first === '' ? join(homedir(), '.kube', 'config') : first;
}

/**
 * Whoever submits work is let choose a cluster, not a program or a file of this machine.
 *
 * @throws {KubernetesError} `bad-config`
 */
function checkForeign(text: string, config: KubeConfig): void {
  const user = config.getCurrentUser();
  const cluster = config.getCurrentCluster();
  const refuse = (what: string): never => {
    throw new KubernetesError(
      'bad-config',
      `a kubeconfig that comes with a submission may not name ${what} of this machine`,
    );
  };
  if (user?.exec !== undefined || user?.authProvider !== undefined) refuse('a program');
  const hasFile = [cluster?.caFile, user?.certFile, user?.keyFile].some(
    (file) => file !== undefined && file !== '',
  );
  if (hasFile || /["']?token-?file["']?\s*:/i.test(text)) refuse('files');
}

function textsOf(headers: RequestOptions['headers']): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    // a token that was read from a file may end with a newline
    if (typeof value === 'string') texts[name] = value.trim();
  }
  return texts;
}

function badConfig(cause: unknown): KubernetesError {
  if (cause instanceof KubernetesError) return cause;
  return new KubernetesError('bad-config', errorText(cause), { cause });
}
