import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { TlsClient } from '@receptorjs/certificates';
import type { MeshNode } from '@receptorjs/netceptor';
import { onAbort } from '@receptorjs/primitives';
import { object, optional, text } from '@receptorjs/validation';
import type { WebSocket as Connection } from 'ws';
import { dialChecks, tlsClientCheck, validateBackend } from '../argument-checks.js';
import { connectFailed, connectSocket, STAGE_MS } from '../tcp/connect-socket.js';
import { startDialer, type Dialer, type DialOptions } from '../dialer.js';
import { BackendError } from '../errors.js';
import { proxyFor, type Environment } from './proxy-environment.js';
import { CLOSED_AT_ONCE, describeFailure } from '../refused-certificate.js';
import { openWsLink, WS_OPTIONS } from './ws-link.js';

/** Whom to dial, and how. */
export interface WebSocketDialerOptions extends DialOptions {
  /** `ws://host:port/path` or `wss://...`; the ports are 80 and 443 unless given. */
  readonly url: string;
  /** One more header of the upgrade, as `key:value`. */
  readonly extraHeader?: string;
  /** For `wss:`; default: the CAs of the system, and no certificate of this node. */
  readonly tls?: TlsClient;
  /** Where `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` are looked up; default: the process's environment. */
  readonly environment?: Environment;
}

/** What an attempt needs. */
interface Upgrade {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsClient | undefined;
  readonly environment: Environment;
}

/**
 * Links a node to a WebSocket listener, through a proxy where the environment names one. With redial it returns at once
 * and keeps trying: after 100 ms, then twice as long each time up to 20 s. Without, it resolves when the connection stands.
 * What becomes of the link says `await node.reachable(ID)`, and the event `link-failed`.
 *
 * @throws {MeshError} `invalid-cost`, `shutdown`
 * @throws {BackendError} `invalid-url`, `invalid-header`; `connect-failed`, only without redial.
 */
export async function dialWebSocket(
  node: MeshNode,
  options: WebSocketDialerOptions,
): Promise<Dialer> {
  validateBackend<WebSocketDialerOptions>('dialWebSocket', node, options, {
    ...dialChecks,
    url: text,
    extraHeader: optional(text),
    tls: tlsClientCheck,
    environment: optional(object),
  });
  const { environment = process.env, extraHeader } = options;
  const url = parseUrl(options.url);
  const headers = parseHeader(extraHeader);
  node.checkLinkOptions(options);
  const ownTls =
    url.protocol === 'wss:' && options.tls === undefined ? await systemTls(node) : undefined;
  const tls = url.protocol === 'wss:' ? (options.tls ?? ownTls) : undefined;
  const scheme = url.protocol === 'wss:' ? 'wss' : 'ws';
  const link = `${scheme} ${url.host}${url.pathname}`;
  const dialer = await startDialer(node, options, options.url, link, async (signal) => {
    const { ws, socket } = await openWebSocket({ url, headers, tls, environment }, signal);
    return {
      get destroyed() {
        return ws.readyState !== ws.OPEN;
      },
      destroy: () => ws.terminate(),
      link: () => openWsLink(node, { ws, socket, isClient: true }, link, options),
    };
  });
  return {
    address: dialer.address,
    close: async () => {
      await dialer.close();
      ownTls?.close();
    },
  };
}

async function systemTls(node: MeshNode): Promise<TlsClient> {
  const { TlsClient } = await import('@receptorjs/certificates');
  return TlsClient.load({ name: 'default' }, { nodeId: node.nodeId, log: node.log });
}

/** @throws {BackendError} `connect-failed` */
async function openWebSocket(
  { url, headers, tls, environment }: Upgrade,
  signal: AbortSignal,
): Promise<{ ws: Connection; socket: Socket }> {
  // A node without such links does not load it.
  const { WebSocket } = await import('ws');
  const port = url.port === '' ? (tls === undefined ? 80 : 443) : Number(url.port);
  const socket = await connectSocket(
    { host: url.hostname, port },
    { tls, proxy: proxyOf(url, environment) },
    signal,
  );
  const ws = new WebSocket(url, {
    ...WS_OPTIONS,
    createConnection: () => socket,
    // Masks keep intermediaries from taking content for HTTP. Under TLS none sees it, and a mask of zeros costs nothing.
    ...(tls === undefined ? {} : { generateMask: (mask: Buffer) => void mask.fill(0) }),
    headers,
    origin: `${tls === undefined ? 'http' : 'https'}://${url.host}`,
  });
  const stopListening = onAbort(signal, () => socket.destroy(new Error('given up')));
  // Not the library's own limit: it has no effect on a socket that is connected already.
  const timer = setTimeout(
    () => socket.destroy(new Error('the upgrade was not answered in time')),
    STAGE_MS,
  );
  try {
    await new Promise<void>((resolve, reject) => {
      ws.once('open', () => {
        // What the peer says first waits for the link.
        ws.pause();
        resolve();
      });
      ws.on('error', reject);
      ws.once('unexpected-response', (_, response) => void refusalOf(response).then(reject));
      ws.once('close', () => reject(new Error('the connection was closed')));
    });
    return { ws, socket };
  } catch (cause) {
    socket.destroy();
    throw connectFailed(url.host, tls === undefined ? cause : upgradeFailure(cause));
  } finally {
    clearTimeout(timer);
    stopListening();
  }
}

/** The most that is read of an answer that is no upgrade, in bytes. */
const MAX_REFUSAL_BYTES = 512;

/** An answer that is no upgrade, with what it says as plain text. */
async function refusalOf(response: IncomingMessage): Promise<Error> {
  const { statusCode = 0, headers } = response;
  const chunks: Buffer[] = [];
  let length = 0;
  if (headers['content-type']?.startsWith('text/plain') === true) {
    try {
      for await (const chunk of response as AsyncIterable<Buffer>) {
        chunks.push(chunk);
        length += chunk.length;
        if (length >= MAX_REFUSAL_BYTES) break;
      }
    } catch {
      // What came before the connection broke will do.
    }
  }
  response.destroy();
  const text = Buffer.concat(chunks).subarray(0, MAX_REFUSAL_BYTES).toString('utf8').trim();
  const said = text === '' ? '' : `: ${text}`;
  return new Error(`Unexpected server response: ${String(statusCode)}${said}`);
}

/** Why a peer with TLS did not answer; a certificate that it refuses is the likely reason. */
function upgradeFailure(cause: unknown): unknown {
  if (!(cause instanceof Error)) return cause;
  const reason =
    'code' in cause && cause.code === 'ECONNRESET' ? CLOSED_AT_ONCE : describeFailure(cause);
  return new Error(reason, { cause });
}

/** @throws {BackendError} `connect-failed` */
function proxyOf(url: URL, environment: Environment): URL | undefined {
  try {
    return proxyFor(url, environment);
  } catch (cause) {
    throw connectFailed(url.host, cause);
  }
}

/** @throws {BackendError} `invalid-url` */
function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && (url.protocol === 'ws:' || url.protocol === 'wss:')) {
    url.hash = '';
    return url;
  }
  throw new BackendError('invalid-url', `address ${text} is not a valid URL`, {
    hint: 'It has the form ws://HOST:PORT/PATH or wss://HOST:PORT/PATH.',
  });
}

/** @throws {BackendError} `invalid-header` */
function parseHeader(text: string | undefined): Readonly<Record<string, string>> {
  if (text === undefined || text === '') return {};
  const colon = text.indexOf(':');
  const [name, value] = [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
  if (colon > 0 && /^[\w!#$%&'*+.^`|~-]+$/.test(name) && !/[^\t\x20-\x7e\x80-\xff]/.test(value)) {
    return { [name]: value };
  }
  throw new BackendError('invalid-header', 'extra header must be in the form key:value', {
    hint: 'For example Authorization:Bearer TOKEN.',
  });
}
