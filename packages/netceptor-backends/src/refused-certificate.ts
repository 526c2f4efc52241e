import { tlsFailure } from '@receptorjs/certificates/sockets';

/** A server of node:tls has no other way to refuse a certificate than to close the connection. */
export const CLOSED_AT_ONCE =
  "the peer closed the connection right after the TLS handshake; if it does not accept this node's certificate, its log says why";

/**
 * What a dialer's connection broke by, in words where it was the server's verdict about this node's certificate. In TLS
 * 1.3 that arrives as an error of a connection that stands.
 */
export function describeFailure(failure: Error): string {
  const problem = tlsFailure(failure);
  return problem.code === 'tls-failed'
    ? failure.message
    : `the peer does not accept this node's certificate: ${problem.message}`;
}
