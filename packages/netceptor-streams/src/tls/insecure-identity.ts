import { memoizeBytes } from '@receptorjs/primitives';
import { generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import type { QuicIdentity } from '@receptorjs/quic-engine';

/** The name by which both ends know that a service has no TLS configuration of its own. */
export const INSECURE_COMMON_NAME = 'netceptor-insecure-common-name';

const VALID_MS = 10 * 365 * 86_400_000;
const SKEW_MS = 60_000;
/** Certificates of services whose name is kept. */
const KEPT_CERTIFICATES = 256;

/** A DER element: tag, length, content. */
function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const length =
    body.length < 0x80
      ? [body.length]
      : body.length < 0x100
        ? [0x81, body.length]
        : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

const SEQUENCE = 0x30;
const SET = 0x31;
/** 2.5.4.3, commonName. */
const COMMON_NAME = Buffer.from('0603550403', 'hex');
/** 1.2.840.10045.4.3.2, ecdsa-with-SHA256. */
const ECDSA_SHA256 = der(SEQUENCE, Buffer.from('06082a8648ce3d040302', 'hex'));
const VERSION_3 = der(0xa0, der(0x02, Buffer.from([2])));
const SERIAL = der(0x02, Buffer.from([1]));

function utcTime(milliseconds: number): Buffer {
  const text = new Date(milliseconds)
    .toISOString()
    .replace(/[-:T]|\.\d+/g, '')
    .slice(2);
  return der(0x17, Buffer.from(text));
}

/**
 * A self-signed certificate with the name {@link INSECURE_COMMON_NAME}, for a service without TLS configuration. It
 * proves nothing; the dialer takes it as the sign that nothing is to be proved.
 *
 * @param now - Milliseconds since 1970.
 */
export function insecureIdentity(now: number): QuicIdentity {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = der(
    SEQUENCE,
    der(SET, der(SEQUENCE, COMMON_NAME, der(0x0c, Buffer.from(INSECURE_COMMON_NAME)))),
  );
  const validity = der(SEQUENCE, utcTime(now - SKEW_MS), utcTime(now + VALID_MS));
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const toSign = der(SEQUENCE, VERSION_3, SERIAL, ECDSA_SHA256, name, validity, name, spki);
  const signature = der(0x03, Buffer.from([0]), sign('sha256', toSign, privateKey));
  const certificate = new X509Certificate(der(SEQUENCE, toSign, ECDSA_SHA256, signature));
  return {
    certificate: certificate.toString(),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** Whether one of a peer's certificates (DER) carries the name {@link INSECURE_COMMON_NAME}. */
export function isInsecureIdentity(certificates: readonly Uint8Array[]): boolean {
  return certificates.some(hasInsecureName);
}

/** A service has one certificate for as long as it runs, and is dialed time and again. */
const hasInsecureName = memoizeBytes(KEPT_CERTIFICATES, (certificate) => {
  try {
    const { subject } = new X509Certificate(certificate);
    return subject.split('\n').includes(`CN=${INSECURE_COMMON_NAME}`);
  } catch {
    return false;
  }
});
