/**
 * The sockets of `@receptorjs/certificates` alone: for programs that speak TLS only where it is configured, and load
 * what reads certificates then.
 *
 * @packageDocumentation
 */
export { tlsFailure } from './tls/tls-failure.js';
export { connectTls, createTlsServer } from './tls/tls-sockets.js';
