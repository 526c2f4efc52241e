import { onAbort } from '@receptorjs/primitives';
import { constants } from 'node:crypto';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  connect,
  createServer,
  type ConnectionOptions,
  type DetailedPeerCertificate,
  type Server,
  type TlsOptions,
  type TLSSocket,
} from 'node:tls';
import {
  abortSignal,
  callback,
  count,
  optional,
  text,
  validateArgument,
  validateOptions,
  withMethods,
  type OptionChecks,
} from '@receptorjs/validation';
import { CertificateError } from '../certificate-error.js';
import { tlsFailure } from './tls-failure.js';
import type { TlsClient } from './tls-client.js';
import type { TlsServer } from './tls-server.js';

/** How long a TLS handshake may take by default, in milliseconds. */
const HANDSHAKE_MS = 10_000;
/** The most certificates of a peer that are looked at. */
const MAX_CHAIN = 16;

/**
 * Options for `node:tls` servers with what the configuration holds now. Clients that must show a certificate are refused
 * by `node:tls` already, those whose chain ends before a root among them; everything else about their certificates is for {@link verifyClientSocket}, so prefer
 * {@link createTlsServer}, which also follows changed files.
 */
export function serverTlsOptions(server: TlsServer): TlsOptions {
  const { certificatePem, keyPem, caPem } = server.current();
  return {
    cert: certificatePem,
    key: keyPem,
    ca: caPem,
    minVersion: server.config.minTls13 === true ? 'TLSv1.3' : 'TLSv1.2',
    requestCert: server.clientCertificates !== 'unasked',
    rejectUnauthorized: server.clientCertificates === 'required',
    // A resumed session would come without the chain it was verified by.
    secureOptions: constants.SSL_OP_NO_TICKET,
    handshakeTimeout: HANDSHAKE_MS,
  };
}

/**
 * Options for `tls.connect` with what the configuration holds now: chain, host and fingerprints are checked. With
 * `insecureSkipVerify` nothing is, not even fingerprints: {@link connectTls} does that too.
 */
export function connectTlsOptions(
  client: TlsClient,
  { host }: { readonly host: string },
): ConnectionOptions {
  const { certificatePem, keyPem, caPem } = client.current();
  const name = host.replace(/^\[|\]$/g, '');
  return {
    cert: certificatePem,
    key: keyPem,
    ca: caPem,
    // As with the original, any certificate of the file is trusted, not roots alone.
    allowPartialTrustChain: true,
    minVersion: client.config.minTls13 === true ? 'TLSv1.3' : 'TLSv1.2',
    rejectUnauthorized: client.config.insecureSkipVerify !== true,
    // An IP address can't be asked for by name.
    servername: isIP(name) === 0 ? name : undefined,
    checkServerIdentity: (_, certificate) => {
      const chain: Buffer[] = [];
      let next: object | undefined = certificate;
      while (next !== undefined && chain.length < MAX_CHAIN) {
        const { raw, issuerCertificate }: Partial<DetailedPeerCertificate> = next;
        if (raw === undefined || chain.some((each) => each.equals(raw))) break;
        chain.push(raw);
        next = issuerCertificate;
      }
      return client.verifyServer(chain, { host });
    },
  };
}

/** Says what is wrong with the certificates of a client whose handshake is done, or nothing. */
export function verifyClientSocket(
  server: TlsServer,
  socket: TLSSocket,
): CertificateError | undefined {
  const chain = peerChain(socket);
  const problem = server.verifyClient(chain);
  if (problem !== undefined || chain.length === 0 || server.clientCertificates === 'unasked') {
    return problem;
  }
  const verdict = verdictOf(socket);
  return verdict !== undefined && isRootMissing(socket) ? undefined : verdict;
}

/** Says what is wrong with the certificates of a server whose handshake is done, or nothing. */
export function verifyServerSocket(
  client: TlsClient,
  socket: TLSSocket,
  { host }: { readonly host: string },
): CertificateError | undefined {
  const problem = client.verifyServer(peerChain(socket), { host });
  return problem ?? (client.config.insecureSkipVerify === true ? undefined : verdictOf(socket));
}

/** OpenSSL's verdicts about a chain that is right as far as it goes. */
const rootMissing = new Set([
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** How a TLS server is set up. */
export interface TlsServerHandlers {
  /** A client whose handshake is done and whose certificates are right. The socket is open at both ends until ended. */
  readonly accepted: (socket: TLSSocket) => void;
  /** A client was refused, or its handshake failed; its socket is closed after the call. */
  readonly refused?: (error: CertificateError, socket: TLSSocket) => void;
  /**
   * What a client is sent that was refused after its handshake, before its socket is closed: `node:tls` has no alerts for
   * it. Default: nothing.
   */
  readonly farewell?: (error: CertificateError) => Uint8Array;
}

/** How long a refused client may take to read its farewell, in milliseconds. */
const FAREWELL_MS = 2_000;

/** A `node:tls` server, not listening yet, that verifies its clients and uses changed files for new connections. */
export function createTlsServer(server: TlsServer, handlers: TlsServerHandlers): Server {
  validateArgument('createTlsServer', 'server', server, withMethods('a TlsServer', 'current'));
  validateOptions<TlsServerHandlers>('createTlsServer', handlers, {
    accepted: callback,
    refused: optional(callback),
    farewell: optional(callback),
  });
  const { accepted, refused, farewell } = handlers;
  const listener = createServer({
    ...serverTlsOptions(server),
    // Refused below, with a reason.
    rejectUnauthorized: false,
  });
  listener.on('secureConnection', (socket) => {
    // Not from the start: who ends the connection in the middle of the handshake is gone.
    socket.allowHalfOpen = true;
    const problem = verifyClientSocket(server, socket);
    if (problem === undefined) {
      accepted(socket);
      return;
    }
    // Before it is destroyed: its addresses are gone then.
    refused?.(problem, socket);
    socket.on('error', () => undefined);
    if (farewell === undefined) socket.destroy();
    else dismiss(socket, farewell(problem));
  });
  listener.on('tlsClientError', (error, socket) => {
    refused?.(tlsFailure(error), socket);
    socket.destroy();
  });
  const refresh = (): void => listener.setSecureContext(serverTlsOptions(server));
  server.on('changed', refresh);
  listener.once('close', () => server.off('changed', refresh));
  return listener;
}

/** Closes a socket after some last words. What its peer sends is dropped: unread, it would take the words back. */
function dismiss(socket: TLSSocket, words: Uint8Array): void {
  const timer = setTimeout(() => socket.destroy(), FAREWELL_MS);
  socket.once('close', () => clearTimeout(timer));
  socket.once('end', () => socket.destroy());
  socket.resume();
  socket.end(words);
}

/** Where and how to connect. */
export interface ConnectTlsOptions {
  /** Host name or IP address that the server's certificate must be for. */
  readonly host: string;
  /** Port at `host`; needed unless `socket` is given. */
  readonly port?: number;
  /** A connected stream to speak TLS over. */
  readonly socket?: Duplex;
  readonly signal?: AbortSignal;
  /** Milliseconds until the handshake must be done; default 10,000. */
  readonly timeoutMs?: number;
}

const connectTlsChecks: OptionChecks<ConnectTlsOptions> = {
  host: text,
  port: optional(count),
  socket: optional(withMethods('a Duplex', 'pipe', 'write', 'end')),
  signal: optional(abortSignal),
  timeoutMs: optional(count),
};

/**
 * Connects, and verifies the server before anything is sent or received. The socket stays open in one direction when the
 * other is ended.
 *
 * @throws {CertificateError} for the server's certificates and for TLS itself; other errors of the socket as they are
 */
export async function connectTls(
  client: TlsClient,
  options: ConnectTlsOptions,
): Promise<TLSSocket> {
  validateArgument('connectTls', 'client', client, withMethods('a TlsClient', 'current'));
  validateOptions<ConnectTlsOptions>('connectTls', options, connectTlsChecks);
  const { host, port, socket: stream, signal, timeoutMs = HANDSHAKE_MS } = options;
  signal?.throwIfAborted();
  const name = host.replace(/^\[|\]$/g, '');
  const connection = {
    ...connectTlsOptions(client, { host }),
    // Refused below, with a reason.
    rejectUnauthorized: false,
    allowHalfOpen: true,
    ...(stream === undefined ? { host: name, port } : { socket: stream }),
  };
  const socket = connect(connection);
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      clearTimeout(timer);
      forget();
      socket.off('error', give);
    };
    const give = (error: Error): void => {
      settle();
      socket.on('error', () => undefined);
      socket.destroy();
      reject(isOfTls(error) ? tlsFailure(error) : error);
    };
    const timer = setTimeout(
      () =>
        give(
          new CertificateError(
            'tls-failed',
            `no TLS handshake with ${host} in ${String(timeoutMs)} ms`,
          ),
        ),
      timeoutMs,
    );
    const forget = onAbort(signal, () => give(toError(signal?.reason)));
    socket.once('error', give);
    socket.once('secureConnect', () => {
      const problem = verifyServerSocket(client, socket, { host });
      if (problem !== undefined) {
        give(problem);
        return;
      }
      settle();
      resolve(socket);
    });
  });
}

/** The certificates a peer has shown, DER, its own first. */
function peerChain(socket: TLSSocket): Buffer[] {
  const chain: Buffer[] = [];
  for (
    let next = socket.getPeerX509Certificate();
    next !== undefined && chain.length < MAX_CHAIN;
    next = next.issuerCertificate
  ) {
    const { raw } = next;
    if (chain.some((each) => each.equals(raw))) break;
    chain.push(raw);
  }
  return chain;
}

/** What OpenSSL says about the peer's chain: it has to agree. */
function verdictOf({ authorized, authorizationError }: TLSSocket): CertificateError | undefined {
  if (authorized) return undefined;
  // The typings say Error; it is the name of OpenSSL's verdict.
  return tlsFailure({ code: String(authorizationError), message: 'the chain is not trusted' });
}

/**
 * Whether OpenSSL misses nothing but a root. A server of `node:tls` has no setting by which other CAs of the file end a chain
 * as well (a context of its own is taken only from clients that name a host); that the chain ends at one was verified here.
 */
function isRootMissing({ authorizationError }: TLSSocket): boolean {
  return rootMissing.has(String(authorizationError));
}

function isOfTls(error: Error): boolean {
  return 'code' in error && /^ERR_(SSL|TLS)_|^EPROTO$/.test(String(error.code));
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('the connection was canceled');
}
