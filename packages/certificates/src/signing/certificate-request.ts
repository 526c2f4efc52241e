import { errorText } from '@receptorjs/primitives';
import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { CertificationRequest } from '@peculiar/asn1-csr';
import { AsnConvert } from '@peculiar/asn1-schema';
import {
  Extensions,
  id_ce_subjectAltName,
  type Attribute,
  type Extension,
  type GeneralName,
  type Name,
  type SubjectPublicKeyInfo,
} from '@peculiar/asn1-x509';
import { CertificateError } from '../certificate-error.js';
import { EXTENSION_REQUEST } from './signed-request.js';
import { onlyItem, readPemFile } from '../files/pem-files.js';
import { pemBlocks } from '../files/pem.js';
import { alternativeNames, nodeIdsAmong } from '../chain/receptor-name.js';

/** Signatures a request may carry: what they are called, and their digest where they have one. */
const algorithms = new Map<string, readonly [name: string, digest: string | null]>([
  ['1.2.840.113549.1.1.11', ['SHA256-RSA', 'sha256']],
  ['1.2.840.113549.1.1.12', ['SHA384-RSA', 'sha384']],
  ['1.2.840.113549.1.1.13', ['SHA512-RSA', 'sha512']],
  ['1.2.840.10045.4.3.2', ['ECDSA-SHA256', 'sha256']],
  ['1.2.840.10045.4.3.3', ['ECDSA-SHA384', 'sha384']],
  ['1.2.840.10045.4.3.4', ['ECDSA-SHA512', 'sha512']],
  ['1.3.101.112', ['Ed25519', null]],
]);

/** A request for a certificate that its key has signed. Immutable. */
export class CertificateRequest {
  readonly subject: Name;
  readonly publicKey: SubjectPublicKeyInfo;
  /** The names it asks for, as they came. */
  readonly namesExtension: Extension | undefined;
  readonly names: readonly GeneralName[];
  readonly #key: KeyObject;
  readonly #signature: string;

  private constructor(der: Buffer) {
    const request = AsnConvert.parse(der, CertificationRequest);
    const { subject, subjectPKInfo } = request.certificationRequestInfo;
    const signed = request.certificationRequestInfoRaw ?? new ArrayBuffer(0);
    const [name, digest] = algorithms.get(request.signatureAlgorithm.algorithm) ?? [];
    if (name === undefined || digest === undefined) {
      throw new Error(`its signature ${request.signatureAlgorithm.algorithm} is not supported`);
    }
    this.#key = createPublicKey({
      key: Buffer.from(AsnConvert.serialize(subjectPKInfo)),
      format: 'der',
      type: 'spki',
    });
    if (!verify(digest, Buffer.from(signed), this.#key, Buffer.from(request.signature))) {
      throw new Error('it is not signed by its own key');
    }
    this.#signature = name;
    this.subject = subject;
    this.publicKey = subjectPKInfo;
    const wanted = Array.from(attributesOf(request)).find(({ type }) => type === EXTENSION_REQUEST);
    const [value] = wanted?.values ?? [];
    const extensions = value === undefined ? [] : Array.from(AsnConvert.parse(value, Extensions));
    this.namesExtension = extensions.find(({ extnID }) => extnID === id_ce_subjectAltName);
    this.names = alternativeNames(extensions);
  }

  /** @throws {CertificateError} `unreadable-file`, `unreadable-certificate`, `invalid-configuration` */
  static async load(file: string): Promise<CertificateRequest> {
    const { type, der } = onlyItem(await readPemFile(file), 'certificate request');
    if (type !== 'CERTIFICATE REQUEST') {
      throw new CertificateError(
        'invalid-configuration',
        'certificate request file does not contain certificate request data',
        { hint: `${file} holds ${type}` },
      );
    }
    return CertificateRequest.#of(der, ` in ${file}`);
  }

  /** The one request of a PEM text. @throws {CertificateError} `unreadable-certificate` */
  static parse(pem: string): CertificateRequest {
    const [block, another] = pemBlocks(pem);
    if (block?.type !== 'CERTIFICATE REQUEST' || another !== undefined) {
      throw new CertificateError(
        'unreadable-certificate',
        'what was sent is not one certificate request in PEM',
      );
    }
    return CertificateRequest.#of(block.der, '');
  }

  static #of(der: Buffer, where: string): CertificateRequest {
    try {
      return new CertificateRequest(der);
    } catch (cause) {
      const why = errorText(cause);
      throw new CertificateError(
        'unreadable-certificate',
        `failed to parse the certificate request${where}: ${why}`,
        { cause },
      );
    }
  }

  /** The key that it is for. */
  get key(): KeyObject {
    return this.#key;
  }

  /** What a person reads before the request is signed. */
  describe(): string {
    const subject = Array.from(this.subject)
      .flatMap((part) => Array.from(part))
      .map(({ type, value }) => `${shortNames.get(type) ?? type}=${value.toString()}`)
      .join(',');
    const { asymmetricKeyType = 'unknown', asymmetricKeyDetails } = this.#key;
    const bits = asymmetricKeyDetails?.modulusLength;
    const key = bits === undefined ? asymmetricKeyType.toUpperCase() : `RSA (${String(bits)} bits)`;
    return [
      'Requested certificate:',
      `  Subject: ${subject}`,
      `  Encryption Algorithm: ${key}`,
      `  Signature Algorithm: ${this.#signature}`,
      '  Names:',
      ...this.names.flatMap(({ dNSName }) =>
        dNSName === undefined ? [] : [`    DNS Name: ${dNSName}`],
      ),
      ...this.names.flatMap(({ iPAddress }) =>
        iPAddress === undefined ? [] : [`    IP Address: ${iPAddress}`],
      ),
      ...nodeIdsAmong(this.names).map((nodeId) => `    Receptor Node ID: ${nodeId}`),
      '',
    ].join('\n');
  }
}

/** A request without attributes may leave them out altogether; the typings do not say so. */
function attributesOf({
  certificationRequestInfo: { attributes = [] },
}: {
  readonly certificationRequestInfo: { readonly attributes?: Iterable<Attribute> };
}): Iterable<Attribute> {
  return attributes;
}

const shortNames = new Map([
  ['2.5.4.3', 'CN'],
  ['2.5.4.6', 'C'],
  ['2.5.4.7', 'L'],
  ['2.5.4.8', 'ST'],
  ['2.5.4.10', 'O'],
  ['2.5.4.11', 'OU'],
]);
