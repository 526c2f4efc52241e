import { ControlClient, type ControlTlsOptions } from '@receptorjs/control-client';
import { Failure } from './failure.js';
import type { GlobalOptions } from './global-options.js';
import { printWarning } from './output/terminal.js';

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
    return connectMs(this.options);
  }

  /** Milliseconds of `--timeout`, if it was given. */
  get givenTimeoutMs(): number | undefined {
    const { timeout } = this.options;
    return timeout === undefined ? undefined : timeout * 1000;
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
        if (performance.now() - begun > this.timeoutMs) throw error;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  }
}

async function connect(
  options: GlobalOptions,
  tls: Promise<ControlTlsOptions>,
): Promise<ControlClient> {
  return ControlClient.connect(options.socket ?? '', {
    timeoutMs: connectMs(options),
    // a node may ask others before it answers, and has a minute unless it is given less
    replyTimeoutMs: options.timeout === undefined ? undefined : connectMs(options),
    tls: await tls,
  });
}

function connectMs({ timeout = 10 }: GlobalOptions): number {
  return timeout * 1000;
}

/** What TLS needs; files are read, and what reads them loaded, only when options name any. */
async function tlsOptions(options: GlobalOptions): Promise<ControlTlsOptions> {
  const { config, rootcas, cert, key } = options;
  const hasFiles = [config, rootcas, cert, key].some((file) => file !== undefined);
  if (!hasFiles) return { insecureSkipVerify: isTrue(options.insecureskipverify) };
  const { readTlsFiles } = await import('./tls-files.js');
  const { insecureskipverify, ...texts } = await readTlsFiles(options);
  return { ...texts, insecureSkipVerify: isTrue(insecureskipverify) };
}

function isTrue(text: string | undefined): boolean {
  return /^(1|t|true|y|yes|on)$/i.test(text ?? '');
}
