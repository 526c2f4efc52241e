import type { TlsServer } from '@receptorjs/certificates';
import { createTlsServer } from '@receptorjs/certificates/sockets';
import { errorText, silentLogger, type Logger } from '@receptorjs/primitives';
import { listenPlaceText, serverPlace } from '@receptorjs/socket-addresses';
import {
  callback,
  count,
  logger,
  optional,
  text,
  validateArgument,
  validateOptions,
  withMethods,
} from '@receptorjs/validation';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { MetricsError } from './errors.js';
import type { NodeMetrics } from './node-metrics.js';

/** The most connections at once; more are closed unanswered. */
const MAX_CONNECTIONS = 64;
/** Milliseconds for a request to be complete, and for a connection without one. */
const REQUEST_MS = 10_000;
const IDLE_MS = 15_000;

/** Where and how metrics are served. */
export interface ServeMetricsOptions {
  /** Name or address to listen on; without one every address of this machine. */
  readonly host?: string | undefined;
  /** 0 for any free one. */
  readonly port: number;
  /** HTTPS by this configuration; default: HTTP. */
  readonly tls?: TlsServer | undefined;
  /** Why the node is not ready, or nothing when it is. Default: it always is. */
  readonly unready?: (() => string | undefined) | undefined;
  readonly log?: Logger | undefined;
}

/** A listener for those who watch a node. */
export interface MetricsListener {
  readonly address: { readonly host: string; readonly port: number };
  /** Ends all connections, too. */
  close(): Promise<void>;
}

/**
 * Answers `GET /metrics` in the text format of Prometheus, `/healthz` (200 while the process answers at all) and `/readyz` (200, or
 * 503 with the reason). Anybody who reaches the address may ask: it tells node IDs, work types and how much is done, and takes
 * nothing.
 *
 * @throws {MetricsError} `listen-failed`
 * @throws {TypeError} `invalid-argument`
 */
export async function serveMetrics(
  metrics: NodeMetrics,
  options: ServeMetricsOptions,
): Promise<MetricsListener> {
  validateArgument('serveMetrics', 'metrics', metrics, withMethods('NodeMetrics', 'read'));
  validateOptions<ServeMetricsOptions>('serveMetrics', options, {
    host: optional(text),
    port: count,
    tls: optional(withMethods('a TlsServer', 'current')),
    unready: optional(callback),
    log: optional(logger),
  });
  const { tls, unready = () => undefined, log = silentLogger } = options;
  /** Shared by all who ask while it is being read. */
  let reading: Promise<string> | undefined;
  const read = (): Promise<string> => {
    reading ??= metrics.read().finally(() => {
      reading = undefined;
    });
    return reading;
  };
  const answer = async (path: string): Promise<Answer> => {
    if (path === '/metrics') return { status: 200, type: metrics.contentType, body: await read() };
    if (path === '/healthz') return { status: 200, body: 'ok\n' };
    if (path !== '/readyz')
      return { status: 404, body: 'there are /metrics, /healthz and /readyz\n' };
    const why = unready();
    return why === undefined ? { status: 200, body: 'ok\n' } : { status: 503, body: `${why}\n` };
  };
  const http = createServer(
    { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS, keepAliveTimeout: IDLE_MS },
    (request, response) => {
      request.resume();
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        send(request, response, { status: 405, body: 'only GET and HEAD are answered\n' });
        return;
      }
      const [path = ''] = (request.url ?? '').split('?');
      answer(path).then(
        (found) => send(request, response, found),
        (error: unknown) => {
          log.warning(`Metrics could not be read: ${errorText(error)}`);
          send(request, response, { status: 500, body: `${errorText(error)}\n` });
        },
      );
    },
  );
  const server: Server =
    tls === undefined
      ? http
      : createTlsServer(tls, {
          accepted: (socket) => void http.emit('connection', socket),
          refused: ({ message }, { remoteAddress = 'an unknown address' }) => {
            log.warning(`Metrics connection from ${remoteAddress} refused: ${message}`);
          },
        });
  server.maxConnections = MAX_CONNECTIONS;
  await listen(server, options);
  const { address, port: bound } = server.address() as AddressInfo;
  return {
    address: { host: address, port: bound },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly type?: string;
}

function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const { status, body, type = 'text/plain; charset=utf-8' } = answer;
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function listen(server: Server, { host, port: number }: ServeMetricsOptions): Promise<void> {
  const place = { host, port: number };
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const what = `error listening for metrics on ${listenPlaceText(place)}`;
      reject(new MetricsError('listen-failed', `${what}: ${cause.message}`, { cause }));
    });
    server.listen(serverPlace(place), () => {
      server.removeAllListeners('error');
      server.on('error', () => undefined);
      resolve();
    });
  });
}
