import { X509Certificate } from 'node:crypto';
import { AsnConvert } from '@peculiar/asn1-schema';
import {
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  KeyUsage,
  KeyUsageFlags,
  NameConstraints,
  Version,
  id_ce_basicConstraints,
  id_ce_certificatePolicies,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_nameConstraints,
  id_ce_policyConstraints,
  id_ce_subjectAltName,
  anyExtendedKeyUsage,
  id_kp_clientAuth,
  id_kp_serverAuth,
  type GeneralName,
} from '@peculiar/asn1-x509';
import { CertificateError } from '../certificate-error.js';
import { alternativeNames, nodeIdsAmong } from './receptor-name.js';

/** What a certificate is presented as. */
export type Purpose = 'server' | 'client';

const purposes = { server: id_kp_serverAuth, client: id_kp_clientAuth };

/** Critical extensions that are looked at; any other makes a certificate unusable. */
const understood = new Set([
  id_ce_basicConstraints,
  id_ce_certificatePolicies,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_nameConstraints,
  id_ce_policyConstraints,
  id_ce_subjectAltName,
]);

/** Signatures with MD5 or SHA-1, which an attacker may have made. */
const brokenSignatures = new Set([
  '1.2.840.113549.1.1.4',
  '1.2.840.113549.1.1.5',
  '1.2.840.10045.4.1',
  '1.2.840.10040.4.3',
]);

/** A certificate with what a chain is verified by. Immutable. */
export class ParsedCertificate {
  readonly x509: X509Certificate;
  readonly der: Buffer;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly names: readonly GeneralName[];
  readonly nodeIds: readonly string[];
  readonly nameConstraints: NameConstraints | undefined;
  /** How many CAs may stand between this one and the end of the chain; undefined when that is not restricted. */
  readonly maxPathLength: number | undefined;
  readonly #isCa: boolean;
  /** Whether it is of version 1, which has no way to say that it is a CA. */
  readonly #isOld: boolean;
  readonly #purposes: readonly string[] | undefined;

  /** @throws {CertificateError} `unreadable-certificate` */
  constructor(der: Uint8Array) {
    try {
      this.x509 = new X509Certificate(der);
      this.der = this.x509.raw;
      const { tbsCertificate, signatureAlgorithm } = AsnConvert.parse(this.der, Certificate);
      const { validity, extensions, version } = tbsCertificate;
      this.#isOld = version === Version.v1;
      this.notBefore = validity.notBefore.getTime().getTime();
      this.notAfter = validity.notAfter.getTime().getTime();
      this.names = alternativeNames(extensions);
      this.nodeIds = nodeIdsAmong(this.names);
      const find = <T>(id: string, type: new () => T): T | undefined => {
        const found = extensions?.find(({ extnID }) => extnID === id);
        return found === undefined ? undefined : AsnConvert.parse(found.extnValue.buffer, type);
      };
      const unknown = extensions?.find(
        ({ critical, extnID }) => critical && !understood.has(extnID),
      );
      if (unknown !== undefined) throw new Error(`unknown critical extension ${unknown.extnID}`);
      if (brokenSignatures.has(signatureAlgorithm.algorithm)) {
        throw new Error('it is signed with MD5 or SHA-1');
      }
      const basic = find(id_ce_basicConstraints, BasicConstraints);
      const usage = find(id_ce_keyUsage, KeyUsage)?.toNumber();
      const signs = usage === undefined || (usage & KeyUsageFlags.keyCertSign) !== 0;
      this.#isCa = basic?.cA === true && signs;
      this.maxPathLength = basic?.pathLenConstraint;
      const extended = find(id_ce_extKeyUsage, ExtendedKeyUsage);
      this.#purposes = extended === undefined ? undefined : [...extended];
      this.nameConstraints = find(id_ce_nameConstraints, NameConstraints);
    } catch (cause) {
      const why = cause instanceof Error ? `: ${cause.message}` : '';
      throw new CertificateError('unreadable-certificate', `failed to parse certificate${why}`, {
        cause,
      });
    }
  }

  /** The subject on one line, as in `CN=a,O=b`. */
  get subject(): string {
    return this.x509.subject.split('\n').join(',');
  }

  /** Whether it may be used for this; one that names no purposes may be used for all. */
  serves(purpose: Purpose): boolean {
    const allowed = this.#purposes;
    if (allowed === undefined) return true;
    return allowed.includes(purposes[purpose]) || allowed.includes(anyExtendedKeyUsage);
  }

  /**
   * Whether this certificate was issued and signed by that one.
   *
   * @param isTrusted - Whether that one is trusted by itself; then it need not say that it is a CA where it can't.
   */
  isIssuedBy(issuer: ParsedCertificate, isTrusted: boolean): boolean {
    try {
      return (
        (issuer.#isCa || (isTrusted && issuer.#isOld)) &&
        this.x509.checkIssued(issuer.x509) &&
        this.x509.verify(issuer.x509.publicKey)
      );
    } catch {
      return false;
    }
  }

  /** Whether it carries its own subject as issuer, as roots do. */
  get isSelfIssued(): boolean {
    return this.x509.subject === this.x509.issuer;
  }
}
