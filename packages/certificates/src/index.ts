/**
 * TLS for a mesh: certificates bound to Receptor node IDs, loaded and checked, read again when their files change,
 * verified as chains; and a CA, requests and signatures for small meshes.
 *
 * ```ts
 * import { TlsClient, TlsServer, connectTls, createTlsServer } from '@receptorjs/certificates';
 *
 * const options = { nodeId: 'hop', log: { warning: console.warn, info: console.info } };
 * const server = await TlsServer.load({ name: 'in', cert: 'hop.crt', key: 'hop.key' }, options);
 * createTlsServer(server, { accepted: (socket) => socket.end('hello') }).listen(2222);
 *
 * const client = await TlsClient.load({ name: 'out', rootCas: 'ca.crt' }, options);
 * (await connectTls(client, { host: 'hop.example.org', port: 2222 })).pipe(process.stdout);
 * ```
 *
 * @packageDocumentation
 */
export { CertificateError } from './certificate-error.js';
export type { CertificateErrorCode } from './certificate-error.js';
export type { CertificateLog } from './log.js';
export { receptorNodeIds } from './chain/receptor-name.js';
export type { TlsClientConfig, TlsServerConfig } from './tls/tls-config.js';
export type { TlsMaterial } from './files/tls-material.js';
export type { LoadOptions } from './files/watched-material.js';
export type { ParsedCertificate, Purpose } from './chain/parsed-certificate.js';
export { TlsServer } from './tls/tls-server.js';
export type { ClientCertificates } from './tls/tls-server.js';
export { TlsClient } from './tls/tls-client.js';
export type { ExpectedPeer } from './chain/verify-peer.js';
export {
  connectTls,
  connectTlsOptions,
  createTlsServer,
  verifyClientSocket,
  verifyServerSocket,
  serverTlsOptions,
} from './tls/tls-sockets.js';
export type { ConnectTlsOptions, TlsServerHandlers } from './tls/tls-sockets.js';
export { alertProblem, tlsFailure } from './tls/tls-failure.js';
export { initCa } from './signing/init-ca.js';
export type { InitCaOptions } from './signing/init-ca.js';
export { checkRequest, makeRequest } from './signing/make-request.js';
export type { MakeRequestOptions } from './signing/make-request.js';
export { signRequest } from './signing/sign-request.js';
export type { SignRequestDialogue, SignRequestOptions } from './signing/sign-request.js';
export {
  issueCertificate,
  requestCertificate,
  requestedKey,
  type IssuedCertificate,
} from './signing/issue-certificate.js';
export {
  newAuthority,
  type CertificateAuthority,
  type NewAuthorityOptions,
} from './signing/new-authority.js';
export type { CertificateNames } from './signing/signed-request.js';
export type { ValidityTexts } from './signing/signing.js';
