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
import {
  arrayOf,
  count,
  optional,
  text,
  validateOptions,
  type OptionChecks,
} from '@receptorjs/validation';
import { CertificateError } from '../certificate-error.js';
import { generateKey, keyToPem, loadRequestKey } from '../files/key-files.js';
import { writeSecretFile } from '../files/pem-files.js';
import { toPem } from '../files/pem.js';
import { receptorName } from '../chain/receptor-name.js';
import { bytesOf, commonName, extension, publicKeyInfo, sha256WithRsa } from './signing.js';

/** PKCS #9 extensionRequest. */
export const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';
const VERSION_1 = 0;

/** The fields of `cert-makereq`. */
export interface MakeRequestOptions {
  readonly commonName: string;
  /** Length of a new key; only with `outKey`, and needed there. */
  readonly bits?: number | undefined;
  readonly dnsName?: readonly string[] | undefined;
  readonly ipAddress?: readonly string[] | undefined;
  readonly nodeId?: readonly string[] | undefined;
  readonly outReq: string;
  /** File of an existing RSA key. Either this or `outKey`. */
  readonly inKey?: string | undefined;
  /** File for a new key. */
  readonly outKey?: string | undefined;
}

const makeRequestChecks: OptionChecks<MakeRequestOptions> = {
  commonName: text,
  bits: optional(count),
  dnsName: optional(arrayOf(text)),
  ipAddress: optional(arrayOf(text)),
  nodeId: optional(arrayOf(text)),
  outReq: text,
  inKey: optional(text),
  outKey: optional(text),
};

/**
 * Makes a request for a certificate with names, signed by a new key or an existing one. Existing files are replaced.
 *
 * @throws {CertificateError} `invalid-configuration`, `unreadable-file`
 * @throws {TypeError} `invalid-argument` for an option of the wrong kind or name
 */
export async function makeRequest(options: MakeRequestOptions): Promise<void> {
  validateOptions<MakeRequestOptions>('makeRequest', options, makeRequestChecks);
  const { inKey = '', outKey = '', bits = 0 } = options;
  checkRequest(options);
  const names = alternativeNames(options);
  const key = inKey === '' ? await generateKey(bits) : await loadRequestKey(inKey);
  const request = signedRequest(options.commonName, names, key);
  await writeSecretFile(options.outReq, toPem('CERTIFICATE REQUEST', request));
  if (outKey !== '') await writeSecretFile(outKey, keyToPem(key));
}

/**
 * Checks the fields that must fit together, as the original does before it runs anything.
 *
 * @throws {CertificateError} `invalid-configuration`
 */
export function checkRequest({
  commonName: name,
  inKey = '',
  outKey = '',
  bits = 0,
}: MakeRequestOptions): void {
  const problem =
    inKey === '' && outKey === ''
      ? 'must provide either InKey or OutKey'
      : inKey !== '' && outKey !== ''
        ? 'cannot use both InKey and OutKey'
        : inKey !== '' && bits !== 0
          ? 'cannot specify key bits when reading an already-existing key'
          : outKey !== '' && bits === 0
            ? 'must specify key bits when creating a new key'
            : name === ''
              ? 'must provide CommonName'
              : undefined;
  if (problem !== undefined) throw new CertificateError('invalid-configuration', problem);
}

/** DNS names, then IP addresses, then node IDs. */
function alternativeNames({
  dnsName = [],
  ipAddress = [],
  nodeId = [],
}: MakeRequestOptions): GeneralName[] {
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

/** DER. */
function signedRequest(name: string, names: readonly GeneralName[], key: KeyObject): Buffer {
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
