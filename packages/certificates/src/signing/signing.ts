import { createHash, createPublicKey, randomBytes, sign, type KeyObject } from 'node:crypto';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  Certificate,
  Extension,
  Extensions,
  Name,
  RelativeDistinguishedName,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509';
import { optional, text, type OptionChecks } from '@receptorjs/validation';
import { CertificateError } from '../certificate-error.js';

/** sha256WithRSAEncryption. */
export const sha256WithRsa = new AlgorithmIdentifier({
  algorithm: '1.2.840.113549.1.1.11',
  parameters: Uint8Array.of(5, 0).buffer,
});
const COMMON_NAME = '2.5.4.3';

/** From when to when a certificate is valid, as RFC 3339 texts. */
export interface ValidityTexts {
  /** Default: now. */
  readonly notBefore?: string | undefined;
  readonly notAfter?: string | undefined;
}

export const validityChecks: OptionChecks<ValidityTexts> = {
  notBefore: optional(text),
  notAfter: optional(text),
};

/** A name that is a common name alone. */
export function commonName(name: string): Name {
  const value = new AttributeValue(
    /^[A-Za-z0-9 '()+,./:=?-]*$/.test(name) ? { printableString: name } : { utf8String: name },
  );
  const attribute = new AttributeTypeAndValue({ type: COMMON_NAME, value });
  return new Name([new RelativeDistinguishedName([attribute])]);
}

/** An extension with this ASN.1 value. */
export function extension(id: string, critical: boolean, value: unknown): Extension {
  return new Extension({
    extnID: id,
    critical,
    extnValue: new OctetString(AsnConvert.serialize(value)),
  });
}

/** The public half of a key, as certificates carry it. */
export function publicKeyInfo(key: KeyObject): SubjectPublicKeyInfo {
  const half = key.type === 'private' ? createPublicKey(key) : key;
  return AsnConvert.parse(half.export({ type: 'spki', format: 'der' }), SubjectPublicKeyInfo);
}

/** The key identifier of RFC 5280, 4.2.1.2 (1). */
export function keyIdentifier(info: SubjectPublicKeyInfo): ArrayBuffer {
  return bytesOf(createHash('sha1').update(Buffer.from(info.subjectPublicKey)).digest());
}

/**
 * The dates of a certificate, to the second.
 *
 * @param years - Until when, from now, unless `notAfter` says it.
 * @param now - Milliseconds since 1970.
 * @throws {CertificateError} `invalid-configuration`
 */
export function validity(
  { notBefore, notAfter }: ValidityTexts,
  years: number,
  now: number,
): Validity {
  const later = new Date(now);
  later.setUTCFullYear(later.getUTCFullYear() + years);
  const from = parseTime('notbefore', notBefore) ?? new Date(now);
  const to = parseTime('notafter', notAfter) ?? later;
  if (to < from) {
    throw new CertificateError('invalid-configuration', 'notafter lies before notbefore');
  }
  return new Validity({ notBefore: from, notAfter: to });
}

const rfc3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

function parseTime(field: string, text: string | undefined): Date | undefined {
  if (text === undefined || text === '') return undefined;
  const time = new Date(rfc3339.test(text) ? text : Number.NaN);
  if (!Number.isNaN(time.getTime())) return time;
  throw new CertificateError(
    'invalid-configuration',
    `${field} must be a date and time of RFC 3339, not ${JSON.stringify(text)}`,
    { hint: 'As in 2030-12-31T23:59:59Z.' },
  );
}

/** What is particular to one certificate. */
export interface CertificateParts {
  readonly issuer: Name;
  readonly subject: Name;
  readonly validity: Validity;
  readonly publicKey: SubjectPublicKeyInfo;
  readonly extensions: readonly Extension[];
}

/** Signs a certificate with SHA-256 and RSA; its serial is 128 random bits. DER. */
export function signCertificate(parts: CertificateParts, key: KeyObject): Buffer {
  const { issuer, subject, publicKey, extensions } = parts;
  const serial = randomBytes(16);
  // Positive and not zero: the first bit is off, the next one on.
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  const tbsCertificate = new TBSCertificate({
    // An empty list of extensions is none of X.509's.
    version: extensions.length === 0 ? Version.v1 : Version.v3,
    serialNumber: bytesOf(serial),
    signature: sha256WithRsa,
    issuer,
    subject,
    validity: parts.validity,
    subjectPublicKeyInfo: publicKey,
    ...(extensions.length === 0 ? {} : { extensions: new Extensions([...extensions]) }),
  });
  const toSign = Buffer.from(AsnConvert.serialize(tbsCertificate));
  const certificate = new Certificate({
    tbsCertificate,
    signatureAlgorithm: sha256WithRsa,
    signatureValue: bytesOf(sign('sha256', toSign, key)),
  });
  return Buffer.from(AsnConvert.serialize(certificate));
}

/** The bytes of a buffer as an `ArrayBuffer` of their own. */
export function bytesOf(buffer: Uint8Array): ArrayBuffer {
  return Uint8Array.from(buffer).buffer;
}
