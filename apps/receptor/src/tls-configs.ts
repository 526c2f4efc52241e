import type { TlsClient, TlsServer } from '@receptorjs/certificates';
import { fieldsOf, type Action, type Fields } from '@receptorjs/receptor-config';
import { tlsNamesOf } from '@receptorjs/receptor-config/internal';
import type { Log } from './log/log.js';
import { withLocation } from './with-location.js';

/** The TLS configurations that are configured, by name. Never changed. */
export interface TlsSet {
  readonly servers: ReadonlyMap<string, TlsServer>;
  readonly clients: ReadonlyMap<string, TlsClient>;
}

const NONE: TlsSet = { servers: new Map(), clients: new Map() };

/** The configuration that is there without being configured. */
const DEFAULT = 'default';

/**
 * The TLS configurations that other actions name; `default`, for connecting, trusts the CAs of the system and is there
 * unless configured otherwise. Nothing of TLS is loaded before it is asked for: most of what that needs is for
 * certificates. It alone writes its fields.
 */
export class TlsConfigs {
  #set: TlsSet = NONE;
  /** What {@link DEFAULT} means where it is not configured; undefined until it was asked for. */
  #builtIn: TlsClient | undefined;

  /** @param defaultName the configuration of the connecting side that is used where none is named */
  constructor(
    private readonly nodeId: string,
    private readonly log: Log,
    private readonly defaultName?: string,
  ) {}

  /**
   * The configuration of that name; none for no name.
   *
   * @throws {Error} for a name that is not configured
   */
  server(name: string | undefined): TlsServer | undefined {
    return named(this.#set.servers, name);
  }

  /** As {@link server}, for the connecting side of an action; `default` is there when the actions were prepared. */
  client(name: string | undefined): TlsClient | undefined {
    const { clients } = this.#set;
    if (name === DEFAULT && !clients.has(DEFAULT) && this.#builtIn) return this.#builtIn;
    return named(clients, name);
  }

  /** As {@link client}, for a name that did not come with the configuration. */
  async clientFor(name: string | undefined): Promise<TlsClient | undefined> {
    if (name === DEFAULT && !this.#set.clients.has(DEFAULT)) {
      return this.#builtIn ?? this.#loadBuiltIn();
    }
    return this.client(name);
  }

  hasClient(name: string): boolean {
    return name === DEFAULT || this.#set.clients.has(name);
  }

  /**
   * The name of the configuration of the connecting side for services with TLS where none is named: the one the node
   * names, or the only one that is configured; undefined where there is none, or a choice.
   */
  defaultClientName(): string | undefined {
    if (this.defaultName !== undefined)
      return this.hasClient(this.defaultName) ? this.defaultName : undefined;
    const [only, ...others] = this.clientNames();
    return others.length === 0 ? only : undefined;
  }

  /** The configuration of {@link defaultClientName}. */
  async defaultClient(): Promise<TlsClient | undefined> {
    return this.clientFor(this.defaultClientName());
  }

  /** Those of the connecting side that are configured. */
  clientNames(): string[] {
    return [...this.#set.clients.keys()];
  }

  /**
   * The set without the TLS configurations among the actions that go and with those that come, which are loaded; for
   * {@link swap}.
   *
   * @throws {Error} for files that can't be used, with the place of the action
   */
  async prepare(going: readonly Action[], coming: readonly Action[]): Promise<TlsSet> {
    const servers = new Map(this.#set.servers);
    const clients = new Map(this.#set.clients);
    for (const { name } of fieldsOf(going, 'tls-server')) servers.delete(name);
    for (const { name } of fieldsOf(going, 'tls-client')) clients.delete(name);
    try {
      for (const each of coming) {
        try {
          if (each.action === 'tls-server') {
            const { TlsServer } = await certificates();
            const config = serverConfig(each.fields);
            servers.set(config.name, await TlsServer.load(config, this.#options));
          } else if (each.action === 'tls-client') {
            const { TlsClient } = await certificates();
            const config = clientConfig(each.fields);
            clients.set(config.name, await TlsClient.load(config, this.#options));
          }
        } catch (error) {
          throw withLocation(error, each);
        }
      }
      if (!clients.has(DEFAULT) && coming.some(usesDefault)) await this.#loadBuiltIn();
      return { servers, clients };
    } catch (error) {
      this.release({ servers, clients });
      throw error;
    }
  }

  /** Puts a set in the place of the one there is, and gives that back, to be released. */
  swap(set: TlsSet): TlsSet {
    const before = this.#set;
    this.#set = set;
    return before;
  }

  /** Those that are configured, by kind and name. */
  inUse(): [
    ['tls-server', ReadonlyMap<string, TlsServer>],
    ['tls-client', ReadonlyMap<string, TlsClient>],
  ] {
    return [
      ['tls-server', this.#set.servers],
      ['tls-client', this.#set.clients],
    ];
  }

  /** Lets go of what a set has and the one in use has not: its files are not followed any more. */
  release(set: TlsSet): void {
    const used = new Set<unknown>([...this.#set.servers.values(), ...this.#set.clients.values()]);
    for (const config of [...set.servers.values(), ...set.clients.values()]) {
      if (!used.has(config)) config.close();
    }
  }

  close(): void {
    this.release(this.swap(NONE));
    this.#builtIn?.close();
  }

  get #options() {
    return { nodeId: this.nodeId, log: this.log };
  }

  async #loadBuiltIn(): Promise<TlsClient> {
    const { TlsClient } = await certificates();
    const loaded = await TlsClient.load({ name: DEFAULT }, this.#options);
    if (this.#builtIn === undefined) this.#builtIn = loaded;
    else loaded.close();
    return this.#builtIn;
  }
}

const certificates = () => import('@receptorjs/certificates');

const usesDefault = (action: Action): boolean =>
  tlsNamesOf(action).some(({ kind, name }) => kind === 'tls-client' && name === DEFAULT);

function named<T>(configs: ReadonlyMap<string, T>, name: string | undefined): T | undefined {
  if (name === undefined || name === '') return undefined;
  const config = configs.get(name);
  if (config === undefined) throw new Error(`unknown TLS config ${name}`);
  return config;
}

function serverConfig(fields: Fields<'tls-server'>) {
  return {
    name: fields.name,
    cert: fields.cert,
    key: fields.key,
    requireClientCert: fields.requireclientcert,
    ...(fields.clientcas ? { clientCas: fields.clientcas } : {}),
    ...(fields.pinnedclientcert ? { pinnedClientCert: fields.pinnedclientcert } : {}),
    skipReceptorNamesCheck: fields.skipreceptornamescheck,
    minTls13: fields.mintls13,
  };
}

function clientConfig(fields: Fields<'tls-client'>) {
  return {
    name: fields.name,
    ...(fields.cert && fields.key ? { cert: fields.cert, key: fields.key } : {}),
    ...(fields.rootcas ? { rootCas: fields.rootcas } : {}),
    insecureSkipVerify: fields.insecureskipverify,
    ...(fields.pinnedservercert ? { pinnedServerCert: fields.pinnedservercert } : {}),
    skipReceptorNamesCheck: fields.skipreceptornamescheck,
    minTls13: fields.mintls13,
  };
}
