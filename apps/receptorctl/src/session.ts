import { ControlClient, type ControlTlsOptions } from '@receptorjs/control-client';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from './failure.js';
import { printWarning } from './terminal.js';

/** The options that stand before the verb. */
export interface GlobalOptions {
  readonly socket?: string | undefined;
  readonly config?: string | undefined;
  readonly tlsClient?: string | undefined;
  readonly rootcas?: string | undefined;
  readonly key?: string | undefined;
  readonly cert?: string | undefined;
  readonly insecureskipverify?: string | undefined;
  /** Seconds for connecting and for the greeting. */
  readonly timeout: number;
}

/** Connections to the node that the global options name. */
export class Session {
  /** Read by the first connection. */
  #tls: Promise<ControlTlsOptions> | undefined;

  private constructor(
    private readonly options: GlobalOptions,
    /** The version of this program, and that of the node. */
    readonly versions: { readonly own: string; readonly node: string },
    /** The connection that was made first; free for one verb. */
    readonly first: ControlClient,
  ) {}

  /** Connects, asks for the version, and warns when it is not the own one. */
  static async open(options: GlobalOptions, ownVersion: string): Promise<Session> {
    const { config, rootcas, key, cert, tlsClient, socket } = options;
    if (socket === undefined) {
      throw new Failure(1, "Missing option '--socket' (env var: 'RECEPTORCTL_SOCKET')");
    }
    if (config !== undefined && [rootcas, key, cert].some((file) => file !== undefined)) {
      throw new Failure(1, 'Cannot specify both config and rootcas, key, cert');
    }
    if (config !== undefined && tlsClient === undefined) {
      throw new Failure(1, 'Must specify both config and tlsclient');
    }
    const tls = tlsOptions(options);
    const first = await connect(options, tls);
    const { Version } = await first.status(['Version']);
    const node = typeof Version === 'string' ? Version : 'Unknown';
    if (node !== ownVersion) {
      printWarning('receptorctl and receptor are different versions, they may not be compatible');
    }
    const session = new Session(options, { own: ownVersion, node }, first);
    session.#tls = tls;
    return session;
  }

  /** Milliseconds for connecting, and for a node that is being restarted. */
  get timeoutMs(): number {
    return this.options.timeout * 1000;
  }

  /** The option that names the node in another call, with a space before it; empty when the environment names it. */
  get socketOption(): string {
    const { socket = '' } = this.options;
    if (process.env['RECEPTORCTL_SOCKET'] === socket) return '';
    return ` --socket ${/^[\w@%+=:,./-]+$/.test(socket) ? socket : `'${socket.replaceAll("'", "'\\''")}'`}`;
  }

  /** A further connection. */
  connect(): Promise<ControlClient> {
    return connect(this.options, this.#tls ?? tlsOptions(this.options));
  }

  /** A further connection to a node that may just be restarting, for which it gets the time of `--timeout`. */
  async reconnect(): Promise<ControlClient> {
    const begun = performance.now();
    for (;;) {
      try {
        return await this.connect();
      } catch (error) {
        if (performance.now() - begun > this.options.timeout * 1000) throw error;
        await delay(200);
      }
    }
  }
}

async function connect(
  options: GlobalOptions,
  tls: Promise<ControlTlsOptions>,
): Promise<ControlClient> {
  return ControlClient.connect(options.socket ?? '', {
    timeoutMs: options.timeout * 1000,
    tls: await tls,
  });
}

async function tlsOptions(options: GlobalOptions): Promise<ControlTlsOptions> {
  const files =
    options.config === undefined || options.tlsClient === undefined
      ? options
      : { ...options, ...(await tlsClientIn(options.config, options.tlsClient)) };
  const read = (file: string | undefined): Promise<string | undefined> =>
    file === undefined ? Promise.resolve(undefined) : readFile(file, 'utf8');
  return {
    ca: await read(files.rootcas),
    cert: await read(files.cert),
    key: await read(files.key),
    insecureSkipVerify: isTrue(files.insecureskipverify),
  };
}

function isTrue(text: string | undefined): boolean {
  return /^(1|t|true|y|yes|on)$/i.test(text ?? '');
}

type TlsFiles = Pick<GlobalOptions, 'rootcas' | 'key' | 'cert' | 'insecureskipverify'>;

/** The `tls-client` of that name in a configuration file; nothing when there is none. */
async function tlsClientIn(path: string, name: string): Promise<TlsFiles> {
  const { parse } = await import('yaml');
  const items: unknown = parse(await readFile(path, 'utf8'));
  if (!Array.isArray(items)) throw new Failure(1, `${path} is not a list of actions`);
  for (const item of items as unknown[]) {
    const client = field(item, 'tls-client');
    if (field(client, 'name') !== name) continue;
    return {
      rootcas: textField(client, 'rootcas'),
      key: textField(client, 'key'),
      cert: textField(client, 'cert'),
      insecureskipverify: textField(client, 'insecureskipverify'),
    };
  }
  return {};
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

function textField(value: unknown, name: string): string | undefined {
  const found = field(value, name);
  if (typeof found === 'boolean' || typeof found === 'number') return String(found);
  return typeof found === 'string' ? found : undefined;
}
