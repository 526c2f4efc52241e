import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { AsnConvert } from '@peculiar/asn1-schema';
import {
  Certificate,
  SubjectAlternativeName,
  Validity,
  id_ce_subjectAltName,
} from '@peculiar/asn1-x509';
import { CertificateError } from '../certificate-error.js';
import { toPem } from '../files/pem.js';
import { CertificateRequest } from './certificate-request.js';
import type { CertificateAuthority } from './new-authority.js';
import { signLeaf } from './sign-leaf.js';
import { requestedNames, signedRequest, type CertificateNames } from './signed-request.js';
import { commonName, extension, publicKeyInfo } from './signing.js';

/** RSA keys that certificates are issued for, in bits. */
const MIN_BITS = 2048;
const MAX_BITS = 8192;
const SHORT_LIST = 'RSA of 2048 to 8192 bits, EC and Ed25519 are allowed';

/** A request for a certificate, in PEM, that an RSA key has signed. Nothing is read or written. */
export const requestCertificate = (key: KeyObject, name: string, names: CertificateNames): string =>
  toPem('CERTIFICATE REQUEST', signedRequest(name, requestedNames(names), key));

/**
 * The public key of a request in PEM. That the request was signed by it has been checked; the names that are asked for are not looked at.
 *
 * @throws {CertificateError} `unreadable-certificate`; `invalid-configuration` for a kind of key that no certificate is issued for
 */
export function requestedKey(request: string): KeyObject {
  const { key } = CertificateRequest.parse(request);
  const { asymmetricKeyType: type = 'none', asymmetricKeyDetails: { modulusLength = 0 } = {} } =
    key;
  const isRsa = type === 'rsa' && modulusLength >= MIN_BITS && modulusLength <= MAX_BITS;
  if (isRsa || type === 'ec' || type === 'ed25519') return key;
  const what = type === 'rsa' ? `an RSA key of ${modulusLength} bits` : `a key of ${type}`;
  throw new CertificateError('invalid-configuration', `${what} is not signed; ${SHORT_LIST}`);
}

/** What is issued. */
export interface IssuedCertificate extends CertificateNames {
  readonly key: KeyObject;
  readonly commonName: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/**
 * A certificate for servers and clients, signed by a CA, in PEM: for these names and no others. It ends with the certificate of the CA at the latest.
 *
 * @throws {CertificateError} `invalid-configuration` where the CA has ended, or its key is not that of its certificate
 */
export function issueCertificate(
  authority: CertificateAuthority,
  { key, commonName: name, notBefore, notAfter, ...names }: IssuedCertificate,
): string {
  const ca = new X509Certificate(authority.certificate);
  const caKey = createPrivateKey(authority.privateKey);
  const end = new Date(ca.validTo);
  if (!ca.checkPrivateKey(caKey) || end <= notBefore) {
    throw new CertificateError(
      'invalid-configuration',
      `the CA ${ca.subject} can't issue certificates: it has ended, or the key is of another one`,
    );
  }
  const alternative = new SubjectAlternativeName(requestedNames(names));
  const certificate = signLeaf(
    { certificate: AsnConvert.parse(ca.raw, Certificate), key: caKey },
    {
      subject: commonName(name),
      validity: new Validity({ notBefore, notAfter: notAfter < end ? notAfter : end }),
      publicKey: publicKeyInfo(key),
      names: extension(id_ce_subjectAltName, false, alternative),
    },
  );
  return toPem('CERTIFICATE', certificate);
}
