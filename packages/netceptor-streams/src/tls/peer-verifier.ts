import type { TlsClient, TlsServer } from '@receptorjs/certificates';
import type { QuicRefusal } from '@receptorjs/quic-engine';
import { INSECURE_DIAL } from '../errors.js';
import { isInsecureIdentity } from './insecure-identity.js';

/**
 * Verifies the peer of one connection and names what went wrong in its handshake.
 *
 * See docs/decisions/0074-peers-are-verified-inside-the-handshake.md.
 */
export interface PeerVerifier {
  /** Whether the listener verifies the dialer too, so that a handshake is done only when it has answered. */
  readonly mutual: boolean;
  /** What is wrong with the peer's certificates (DER, its own first), or nothing. */
  verify(certificates: readonly Uint8Array[]): QuicRefusal | undefined;
  /** The error for an alert that ended the handshake; undefined where TLS plays no part. */
  explain(alert: number, by: 'local' | 'peer', reason: string): Error | undefined;
}

/** TLS alert bad_certificate. */
const BAD_CERTIFICATE = 42;

/** For a dial without TLS: takes services without TLS alone, which say so by their name. */
export const insecureDial: PeerVerifier = {
  mutual: false,
  verify: (certificates) =>
    isInsecureIdentity(certificates)
      ? undefined
      : { message: INSECURE_DIAL, alert: BAD_CERTIFICATE },
  explain: () => undefined,
};

/** For a service without TLS: takes every peer. */
export const insecureService: PeerVerifier = {
  mutual: false,
  verify: () => undefined,
  explain: () => undefined,
};

/** For a dial with TLS: the service's certificate must be the node's that was dialed. */
export function secureDial(tls: TlsClient, nodeId: string): PeerVerifier {
  return {
    mutual: true,
    verify: (certificates) => tls.verifyServer(certificates, { nodeId }),
    explain: (alert, by, reason) => tls.alertProblem(alert, by, reason),
  };
}

/** For a service with TLS: a dialer's certificate must be the node's that its packets come from. */
export function secureService(tls: TlsServer, nodeId: string): PeerVerifier {
  return {
    mutual: true,
    verify: (certificates) => tls.verifyClient(certificates, { nodeId }),
    explain: (alert, by, reason) => tls.alertProblem(alert, by, reason),
  };
}
