import { sign, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import { Attributes, CertificationRequest, CertificationRequestInfo } from '@peculiar/asn1-csr';
import { AsnConvert } from '@peculiar/asn1-schema';
import {
  Attribute,
  Extensions,
  GeneralName,
  SubjectAlternativeName,
  id_ce_subjectAltName,
} from '@peculiar/asn1-x509';
import { CertificateError } from '../certificate-error.js';
import { receptorName } from '../chain/receptor-name.js';
import { bytesOf, commonName, extension, publicKeyInfo, sha256WithRsa } from './signing.js';

/** PKCS #9 extensionRequest. */
export const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';
const VERSION_1 = 0;

/** Names that a certificate is for. */
export interface CertificateNames {
  readonly dnsName?: readonly string[] | undefined;
  readonly ipAddress?: readonly string[] | undefined;
  readonly nodeId?: readonly string[] | undefined;
}

/** DNS names, then IP addresses, then node IDs. */
export function requestedNames({
  dnsName = [],
  ipAddress = [],
  nodeId = [],
}: CertificateNames): GeneralName[] {
  const bad = ipAddress.find((text) => isIP(text) === 0);
  if (bad !== undefined) {
    throw new CertificateError('invalid-configuration', `invalid IP address: ${bad}`);
  }
  return [
    ...dnsName.map((text) => new GeneralName({ dNSName: text })),
    ...ipAddress.map((text) => new GeneralName({ iPAddress: text })),
    ...nodeId.map((text) => receptorName(text)),
  ];
}

/** A request that an RSA key has signed. DER. */
export function signedRequest(name: string, names: readonly GeneralName[], key: KeyObject): Buffer {
  const wanted = new Extensions([
    extension(id_ce_subjectAltName, false, new SubjectAlternativeName([...names])),
  ]);
  const certificationRequestInfo = new CertificationRequestInfo({
    version: VERSION_1,
    subject: commonName(name),
    subjectPKInfo: publicKeyInfo(key),
    attributes: new Attributes([
      new Attribute({ type: EXTENSION_REQUEST, values: [AsnConvert.serialize(wanted)] }),
    ]),
  });
  const toSign = Buffer.from(AsnConvert.serialize(certificationRequestInfo));
  const request = new CertificationRequest({
    certificationRequestInfo,
    signatureAlgorithm: sha256WithRsa,
    signature: bytesOf(sign('sha256', toSign, key)),
  });
  return Buffer.from(AsnConvert.serialize(request));
}
