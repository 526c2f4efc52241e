import { TlsClient, TlsServer } from '@receptorjs/certificates';
import { fieldsOf, type Action, type Fields } from '@receptorjs/receptor-config';
import type { Log } from './log.js';
import { placed } from './placed.js';

/** TLS configurations by name. Never changed. */
export interface TlsSet {
  readonly servers: ReadonlyMap<string, TlsServer>;
  readonly clients: ReadonlyMap<string, TlsClient>;
  /** Whether the client called `default` is there without being configured. */
  readonly impliedDefault: boolean;
}

const NONE: TlsSet = { servers: new Map(), clients: new Map(), impliedDefault: true };

/**
 * The TLS configurations that other actions name; `default`, for connecting, trusts the CAs of the system and is there
 * unless configured otherwise. It alone writes its set.
 */
export class TlsConfigs {
  #set: TlsSet = NONE;

  /** @param defaultName the configuration of the connecting side that is used where none is named */
  constructor(
    private readonly nodeId: string,
    private readonly log: Log,
    private readonly defaultName?: string,
  ) {}

  /**
   * The configuration of that name; none for no name.
   *
   * @throws Error for a name that is not configured
   */
  server(name: string | undefined): TlsServer | undefined {
    return named(this.#set.servers, name);
  }

  /** As {@link server}, for the connecting side. */
  client(name: string | undefined): TlsClient | undefined {
    return named(this.#set.clients, name);
  }

  hasClient(name: string): boolean {
    return this.#set.clients.has(name);
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
  defaultClient(): TlsClient | undefined {
    return this.client(this.defaultClientName());
  }

  /** Those of the connecting side that are configured. */
  clientNames(): string[] {
    const { clients, impliedDefault } = this.#set;
    return [...clients.keys()].filter((name) => name !== 'default' || !impliedDefault);
  }

  /**
   * The set without the TLS configurations among the actions that go and with those that come, which are loaded; for
   * {@link swap}.
   *
   * @throws Error for files that can't be used, with the place of the action
   */
  async prepare(going: readonly Action[], coming: readonly Action[]): Promise<TlsSet> {
    const servers = new Map(this.#set.servers);
    const clients = new Map(this.#set.clients);
    for (const { name } of fieldsOf(going, 'tls-server')) servers.delete(name);
    for (const { name } of fieldsOf(going, 'tls-client')) clients.delete(name);
    const kept = !fieldsOf([...going, ...coming], 'tls-client').some(
      ({ name }) => name === 'default',
    );
    const options = { nodeId: this.nodeId, log: this.log };
    try {
      for (const each of coming) {
        try {
          if (each.action === 'tls-server') {
            const { fields } = each;
            servers.set(fields.name, await TlsServer.load(serverConfig(fields), options));
          } else if (each.action === 'tls-client') {
            const { fields } = each;
            clients.set(fields.name, await TlsClient.load(clientConfig(fields), options));
          }
        } catch (error) {
          throw placed(error, each);
        }
      }
      const impliedDefault = !clients.has('default') || (kept && this.#set.impliedDefault);
      if (!clients.has('default')) {
        clients.set('default', await TlsClient.load({ name: 'default' }, options));
      }
      return { servers, clients, impliedDefault };
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

  /** Lets go of what a set has and the one in use has not: its files are not followed any more. */
  release(set: Pick<TlsSet, 'servers' | 'clients'>): void {
    const used = new Set<unknown>([...this.#set.servers.values(), ...this.#set.clients.values()]);
    for (const config of [...set.servers.values(), ...set.clients.values()]) {
      if (!used.has(config)) config.close();
    }
  }

  close(): void {
    this.release(this.swap(NONE));
  }
}

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
