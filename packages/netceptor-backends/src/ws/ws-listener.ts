import type { IncomingMessage } from 'node:http';
import type { TlsServer } from '@receptorjs/certificates';
import type { MeshNode } from '@receptorjs/netceptor';
import { optional, text } from '@receptorjs/validation';
import { listenChecks, tlsServerCheck, validateBackend } from '../argument-checks.js';
import { BackendError } from '../errors.js';
import { LinkServer } from '../link-server.js';
import { warnWhenOpen, type Listener, type ListenOptions } from '../listener.js';
import { addressOrigin } from '@receptorjs/quotas';
import { createSocketServer, peerOf } from '../tcp/socket-server.js';
import { openWsLink, WS_OPTIONS } from './ws-link.js';

/** A connection must have become a WebSocket within so long. */
const UPGRADE_MS = 10_000;

/** Where to listen, and how. */
export interface WebSocketListenerOptions extends ListenOptions {
  /** Path of the URL; one that ends with a slash stands for all below it. Default `/`, which is every path. */
  readonly path?: string;
  /** Default: no TLS. */
  readonly tls?: TlsServer;
}

/**
 * Lets peers link to a node over WebSocket. Resolves when it listens. Requests for other paths are answered with 404,
 * those that are no upgrade with 426, and those that a page of another origin makes with 403.
 *
 * @throws {MeshError} `invalid-cost`, `shutdown`
 * @throws {BackendError} `invalid-path`, `listen-failed`
 */
export async function listenWebSocket(
  node: MeshNode,
  options: WebSocketListenerOptions,
): Promise<Listener> {
  validateBackend<WebSocketListenerOptions>('listenWebSocket', node, options, {
    ...listenChecks,
    path: optional(text),
    tls: tlsServerCheck,
  });
  const { path = '/', tls } = options;
  node.checkLinkOptions(options);
  if (!path.startsWith('/')) {
    throw new BackendError('invalid-path', `path ${path} does not begin with a slash`, {
      hint: 'For example /receptor.',
    });
  }
  const scheme = tls === undefined ? 'ws' : 'wss';
  // A node without such links does not load them.
  const [{ WebSocketServer }, { createServer }] = await Promise.all([
    import('ws'),
    import('node:http'),
  ]);
  const upgrades = new WebSocketServer({ ...WS_OPTIONS, noServer: true, clientTracking: false });
  const http = createServer((request, response) => {
    const status = isBelow(path, request) ? 426 : 404;
    response.writeHead(status, { Connection: 'close', 'Content-Length': 0 }).end();
  });
  const deadlines = new WeakMap<object, NodeJS.Timeout>();
  http.on('upgrade', (request, _, head) => {
    const { socket } = request;
    const refusal = refusalOf(path, request);
    if (refusal !== undefined) {
      // The server of ws does not listen any more: a peer that resets the connection instead of reading would end the process.
      socket.on('error', () => socket.destroy());
      socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    upgrades.handleUpgrade(request, socket, head, (ws) => {
      clearTimeout(deadlines.get(socket));
      if (node.closed) ws.terminate();
      else {
        const name = `${scheme} ${peerOf(socket)}`;
        const { key: origin } = addressOrigin(socket.remoteAddress);
        links.add(openWsLink(node, { ws, socket, isClient: false }, name, options, origin), socket);
      }
    });
  });
  const server = createSocketServer(
    node,
    tls,
    (socket) => {
      const deadline = setTimeout(() => socket.destroy(), UPGRADE_MS);
      deadlines.set(socket, deadline);
      socket.once('close', () => clearTimeout(deadline));
      http.emit('connection', socket);
    },
    forbid,
  );
  const links = new LinkServer(node, server);
  const listener = await links.listen(options);
  warnWhenOpen(node, 'ws', listener.address, options);
  return listener;
}

/** The answer for a client whose certificate is not accepted. */
function forbid(reason: string): Buffer {
  const body = `certificate not accepted: ${reason}\n`;
  const head = `HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close`;
  return Buffer.from(`${head}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

/** The status line for an upgrade that is not made. */
function refusalOf(path: string, request: IncomingMessage): string | undefined {
  if (!isBelow(path, request)) return '404 Not Found';
  const { origin, host } = request.headers;
  if (origin === undefined) return undefined;
  const same = URL.canParse(origin) && new URL(origin).host === hostOf(origin, host);
  return same ? undefined : '403 Forbidden';
}

/** The host that a request names, without a port that its origin's scheme has anyway. */
function hostOf(origin: string, host: string | undefined): string | undefined {
  const url = `${new URL(origin).protocol}//${host ?? ''}`;
  return URL.canParse(url) ? new URL(url).host : undefined;
}

function isBelow(path: string, { url = '' }: IncomingMessage): boolean {
  const [asked = ''] = url.split('?', 1);
  return asked === path || (path.endsWith('/') && asked.startsWith(path));
}
