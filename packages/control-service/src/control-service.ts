import { errorText, silentLogger, type Logger } from '@receptorjs/primitives';
import type { TlsServer } from '@receptorjs/certificates';
import { createTlsServer } from '@receptorjs/certificates/sockets';
import { listenPlaceText, serverPlace } from '@receptorjs/socket-addresses';
import { chmod, chown } from 'node:fs/promises';
import { createServer, type ListenOptions, type Server, type Socket } from 'node:net';
import { availableParallelism, totalmem } from 'node:os';
import type { Duplex } from 'node:stream';
import { requestOrigin, SharedQuota } from '@receptorjs/quotas';
import {
  anything,
  count,
  logger,
  object,
  optional,
  text,
  validateArgument,
  validateOptions,
  withMethods,
} from '@receptorjs/validation';
import { ControlServiceError } from './errors.js';
import type {
  LogLevelHandler,
  MeshHandler,
  NodeFacts,
  ReloadHandler,
  RequestOrigin,
  WorkHandler,
} from './handlers.js';
import { PendingHandshakes } from './sessions/pending-handshakes.js';
import { RequestLog } from './sessions/request-log.js';
import { runSession, type SessionContext } from './sessions/session.js';
import { Sessions } from './sessions/sessions.js';
import { clearSocketPath, privately } from './unix-socket-path.js';

/** What a control service is made of. */
export interface ControlServiceOptions {
  readonly nodeId: string;
  readonly mesh: MeshHandler;
  /** Without it every `work` request is an unknown command. */
  readonly work?: WorkHandler | undefined;
  /** Without it `reload` answers that no configuration file was given. */
  readonly reload?: ReloadHandler | undefined;
  /** Without it `log-level` is an unknown command. */
  readonly logLevel?: LogLevelHandler | undefined;
  /** Version of the program, for `status`. */
  readonly version: string;
  readonly log?: Logger | undefined;
  /** Longest request line in bytes. Default 2 MiB. */
  readonly maxLineBytes?: number | undefined;
  /**
   * Bytes of request lines that have begun and not ended, over all connections. An origin has no more than half of it, and a quarter is
   * reserved for Unix sockets. Default 64 MiB.
   */
  readonly maxUnfinishedBytes?: number | undefined;
  /**
   * Connections served at once over all listeners and the mesh. An address or node has no more than three quarters, and a sixteenth is
   * reserved for Unix sockets; of too many those give way that have been silent longest. Default 4,096.
   */
  readonly maxSessions?: number | undefined;
  /** Milliseconds a client may take for its first request, and for the end of any line it has begun. Default 60,000. */
  readonly firstRequestMs?: number | undefined;
}

/** Whose a Unix socket is, by number. */
export interface UnixSocketOwner {
  /** Default: the user of the process. */
  readonly uid?: number | undefined;
  /** Default: as the system gives it, the group of the process or of the folder. */
  readonly gid?: number | undefined;
}

/** A listening socket of a control service. */
export interface ControlListener {
  /** The path, or `host:port` with the port in use. */
  readonly address: string;
  /** Stops accepting; connections already open go on. */
  close(): Promise<void>;
}

/** Milliseconds a peer may take to close its side after ours was closed. */
const LINGER_MS = 5_000;

/** Milliseconds between two lines about refused connections. */
const FULL_QUIET_MS = 10_000;

/**
 * The control service of one node: any number of listeners, one protocol.
 *
 * See docs/decisions/0096-listeners-are-shared-by-origin.md
 * and docs/decisions/0097-a-request-is-a-whole-line.md.
 */
export class ControlService {
  readonly #context: SessionContext;
  readonly #log: Logger;
  readonly #requestLog: RequestLog;
  readonly #maxSessions: number;
  /** Connections until both sides are closed. */
  readonly #sessions: Sessions;
  /** Sockets whose TLS handshake is not done. */
  readonly #handshakes = new PendingHandshakes();
  /** When it was last said that no more connections are served; written by `#sayFull` only. */
  #fullSaidAt = -Infinity;
  /** Written by the listen methods and the listeners' `close`. */
  readonly #servers = new Set<Server>();

  /** @throws {TypeError} `invalid-argument` */
  constructor(options: ControlServiceOptions) {
    validateOptions<ControlServiceOptions>('new ControlService', options, {
      nodeId: text,
      mesh: object,
      work: optional(object),
      reload: optional(anything),
      logLevel: optional(object),
      version: text,
      log: optional(logger),
      maxLineBytes: optional(count),
      maxSessions: optional(count),
      maxUnfinishedBytes: optional(count),
      firstRequestMs: optional(count),
    });
    const { maxSessions = 4096, firstRequestMs = 60_000 } = options;
    const { maxUnfinishedBytes = 64 * 1024 * 1024 } = options;
    this.#maxSessions = maxSessions;
    this.#sessions = new Sessions({ total: maxSessions, firstRequestMs });
    this.#log = options.log ?? silentLogger;
    this.#requestLog = new RequestLog(this.#log);
    this.#context = {
      nodeId: options.nodeId,
      mesh: options.mesh,
      work: options.work,
      reload: options.reload,
      logLevel: options.logLevel,
      facts: nodeFacts(options.version),
      log: this.#requestLog,
      maxLineBytes: options.maxLineBytes ?? 2 * 1024 * 1024,
      lineMs: firstRequestMs,
      unfinished: new SharedQuota({
        total: maxUnfinishedBytes,
        perOrigin: maxUnfinishedBytes / 2,
        reserved: maxUnfinishedBytes / 4,
      }),
    };
  }

  /** How many connections there are, over all listeners and the mesh. */
  get openConnections(): number {
    return this.#sessions.size;
  }

  /** Serves one accepted connection until it ends; resolves then. The stream must allow half-close. Never rejects. */
  async serve(stream: Duplex, origin: RequestOrigin): Promise<void> {
    stream.on('error', () => undefined);
    const place = this.#sessions.admit(stream, requestOrigin(origin));
    if (place === undefined) {
      this.#sayFull();
      stream.destroy();
      return;
    }
    await runSession(stream, { origin, place, context: this.#context });
    if (stream.destroyed) this.#sessions.end(stream);
    else endGently(stream);
  }

  /**
   * Listens on a unix socket. A socket file on which no process listens any more is replaced; nothing else is ever removed.
   *
   * @param mode permissions of the socket file, default 0600
   * @param owner another user needs the rights of root; a group, that the process is in it
   * @throws {ControlServiceError} `socket-in-use`, `no-such-folder`, `path-not-a-socket`, `path-too-long` or `listen-failed`
   */
  async listenUnix(
    path: string,
    mode = 0o600,
    owner: UnixSocketOwner = {},
  ): Promise<ControlListener> {
    validateArgument('listenUnix', 'path', path, text);
    validateArgument('listenUnix', 'mode', mode, count);
    validateOptions<UnixSocketOwner>('listenUnix, owner', owner, {
      uid: optional(count),
      gid: optional(count),
    });
    await clearSocketPath(path);
    const what = `error opening Unix socket: ${path}`;
    const server = await privately(() => this.#listen({ path }, 'unix', what));
    const listener = this.#listener(server, path);
    try {
      // before others may use it
      const { uid = -1, gid = -1 } = owner;
      if (uid !== -1 || gid !== -1) await chown(path, uid, gid);
      await chmod(path, mode);
    } catch (cause) {
      await listener.close();
      throw new ControlServiceError('listen-failed', `${what}: ${errorText(cause)}`, { cause });
    }
    return listener;
  }

  /**
   * Listens on a TCP port, with TLS if `tls` is given. A client then has 10 s for its handshake.
   *
   * @param options `host` defaults to every address of IPv6 and IPv4; port 0 takes a free one
   * @throws {ControlServiceError} `listen-failed`
   */
  async listenTcp(options: {
    host?: string | undefined;
    port: number;
    tls?: TlsServer | undefined;
  }): Promise<ControlListener> {
    validateOptions<typeof options>('listenTcp', options, {
      host: optional(text),
      port: count,
      tls: optional(withMethods('a TlsServer', 'current')),
    });
    const { host, port, tls } = options;
    const what = `error listening on TCP socket: ${listenPlaceText(options)}`;
    const server = await this.#listen(serverPlace(options), 'tcp', what, tls);
    const bound = server.address();
    const actual = typeof bound === 'object' && bound ? bound.port : port;
    return this.#listener(server, listenPlaceText({ host, port: actual }));
  }

  /** Once in a while: a client that connects again and again does not fill the log. */
  #sayFull(): void {
    const now = performance.now();
    if (now < this.#fullSaidAt + FULL_QUIET_MS) return;
    this.#fullSaidAt = now;
    this.#log.warning(`Control connection refused: ${this.#maxSessions} are open`);
  }

  /** Stops all listeners and ends all connections. */
  async close(): Promise<void> {
    const closing = [...this.#servers].map((server) => closeServer(server));
    this.#servers.clear();
    this.#sessions.close();
    await Promise.all(closing);
  }

  #listen(
    where: ListenOptions,
    transport: RequestOrigin['transport'],
    what: string,
    tls?: TlsServer,
  ): Promise<Server> {
    const accepted = (socket: Socket): void => {
      if (tls !== undefined) this.#handshakes.done(socket);
      void this.serve(socket, { transport, from: socket.remoteAddress });
    };
    const server: Server =
      tls === undefined
        ? createServer({ allowHalfOpen: true, noDelay: true }, accepted)
        : createTlsServer(tls, {
            accepted,
            refused: ({ message }, { remoteAddress }) => {
              const text = `Control connection refused: ${message}`;
              this.#requestLog.tell('warning', { transport, from: remoteAddress }, text);
            },
          });
    if (tls !== undefined) {
      server.prependListener('connection', (socket: Socket) => this.#handshakes.add(socket));
    }
    return new Promise((resolve, reject) => {
      server.once('error', (cause) => {
        reject(new ControlServiceError('listen-failed', `${what}: ${cause.message}`, { cause }));
      });
      server.listen(where, () => {
        server.removeAllListeners('error');
        server.on('error', (error) => {
          this.#log.error(`Error accepting connection: ${error.message}`);
        });
        this.#servers.add(server);
        resolve(server);
      });
    });
  }

  #listener(server: Server, address: string): ControlListener {
    return {
      address,
      close: () => {
        this.#servers.delete(server);
        return closeServer(server);
      },
    };
  }
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
  });
}

/**
 * Ends our side and lets the peer read all of it, however slowly. A peer that has been sent everything and still does
 * not close its side is cut off.
 */
function endGently(stream: Duplex): void {
  stream.end(() => {
    const timer = setTimeout(() => stream.destroy(), LINGER_MS);
    timer.unref();
    stream.once('close', () => {
      clearTimeout(timer);
    });
  });
  stream.resume();
}

function nodeFacts(version: string): NodeFacts {
  return {
    version,
    cpuCount: availableParallelism(),
    memoryMiB: Math.floor(totalmem() / (1024 * 1024)),
  };
}
