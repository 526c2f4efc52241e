import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { CertificateError } from '../certificate-error.js';
import { verifyChain } from './verify-chain.js';
import { isPinned, type Fingerprints } from './fingerprints.js';
import { ParsedCertificate, type Purpose } from './parsed-certificate.js';

/** The name of the certificate that a service without TLS configuration shows. */
const INSECURE_COMMON_NAME = 'netceptor-insecure-common-name';

/** Who a peer must be. Both undefined: any peer with a valid certificate. */
export interface ExpectedPeer {
  /** A Receptor node ID, for streams of the mesh. */
  readonly nodeId?: string;
  /** A host name or IP address, for links and other sockets. */
  readonly host?: string;
}

/** What a peer's certificate is verified by. */
export interface PeerRules {
  readonly purpose: Purpose;
  readonly anchors: readonly ParsedCertificate[];
  readonly pins: Fingerprints;
  /** Checks nothing but the pins. */
  readonly pinsOnly: boolean;
  readonly now: number;
}

/** Says what is wrong with a peer's chain (DER, its own first), or nothing. */
export function verifyPeer(
  presented: readonly Uint8Array[],
  expected: ExpectedPeer,
  { purpose, anchors, pins, pinsOnly, now }: PeerRules,
): CertificateError | undefined {
  try {
    const chain = presented.map((der) => new ParsedCertificate(der));
    const [leaf] = chain;
    if (leaf === undefined) return verifyChain([], { anchors, purpose, now });
    if (pins.length > 0 && !isPinned(leaf.der, pins)) return notPinned(leaf);
    if (pinsOnly) return undefined;
    return verifyChain(chain, { anchors, purpose, now }) ?? verifyNames(leaf, expected);
  } catch (error) {
    if (error instanceof CertificateError) return error;
    return new CertificateError('unreadable-certificate', 'failed to parse certificate', {
      cause: error,
    });
  }
}

/** Whether a peer's certificate (DER) says that it has no TLS configuration. */
export function isInsecureCertificate(der: Uint8Array): boolean {
  try {
    return new X509Certificate(der).subject === `CN=${INSECURE_COMMON_NAME}`;
  } catch {
    return false;
  }
}

function verifyNames(
  leaf: ParsedCertificate,
  { nodeId, host }: ExpectedPeer,
): CertificateError | undefined {
  if (nodeId !== undefined && !leaf.nodeIds.includes(nodeId)) {
    const [first, ...others] = leaf.nodeIds;
    const text =
      first === undefined
        ? `certificate is not valid for any Receptor node IDs, but wanted to match ${nodeId}`
        : `certificate is valid for Receptor node ID${others.length === 0 ? '' : 's'} ${leaf.nodeIds.join(', ')}, not ${nodeId}`;
    return new CertificateError('wrong-name', text, {
      hint: 'The certificate of a node names its ID as otherName 1.3.6.1.4.1.2312.19.1 (cert-makereq with nodeid).',
    });
  }
  if (host !== undefined && !isForHost(leaf, host)) {
    const names = leaf.x509.subjectAltName ?? 'nothing';
    return new CertificateError('wrong-name', `certificate is valid for ${names}, not ${host}`, {
      hint: 'The certificate of a listener names its host as DNS name or IP address (cert-makereq with dnsname, ipaddress).',
    });
  }
  return undefined;
}

function isForHost({ x509 }: ParsedCertificate, host: string): boolean {
  const name = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  if (isIP(name) !== 0) return x509.checkIP(name) !== undefined;
  return x509.checkHost(name, { subject: 'never', partialWildcards: false }) !== undefined;
}

function notPinned({ x509 }: ParsedCertificate): CertificateError {
  return new CertificateError(
    'not-pinned',
    'presented certificate does not match any pinned fingerprint',
    { hint: `Its sha256 fingerprint is ${x509.fingerprint256}.` },
  );
}
