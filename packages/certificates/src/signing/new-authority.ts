import type { KeyObject } from 'node:crypto';
import {
  BasicConstraints,
  ExtendedKeyUsage,
  KeyUsage,
  KeyUsageFlags,
  SubjectKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectKeyIdentifier,
  id_kp_clientAuth,
  id_kp_serverAuth,
} from '@peculiar/asn1-x509';
import { CertificateError } from '../certificate-error.js';
import { generateKey, keyToPem } from '../files/key-files.js';
import { toPem } from '../files/pem.js';
import {
  commonName,
  extension,
  keyIdentifier,
  publicKeyInfo,
  signCertificate,
  validity,
  type ValidityTexts,
} from './signing.js';

/** A CA: its certificate and its RSA key, both in PEM. */
export interface CertificateAuthority {
  readonly certificate: string;
  readonly privateKey: string;
}

/** What a new CA is to be. */
export interface NewAuthorityOptions extends ValidityTexts {
  readonly commonName: string;
  /** Length of the RSA key; 0 for 2048. */
  readonly bits: number;
}

/**
 * Makes a CA: a key and its self-signed certificate, valid for ten years by default. Nothing is written.
 *
 * @param now - Milliseconds since 1970.
 * @throws {CertificateError} `invalid-configuration`
 */
export async function newAuthority(
  options: NewAuthorityOptions,
  now = Date.now(),
): Promise<CertificateAuthority> {
  if (options.commonName === '') {
    throw new CertificateError('invalid-configuration', 'must provide CommonName');
  }
  const dates = validity(options, 10, now);
  const key: KeyObject = await generateKey(options.bits);
  const name = commonName(options.commonName);
  const publicKey = publicKeyInfo(key);
  const certificate = signCertificate(
    {
      issuer: name,
      subject: name,
      validity: dates,
      publicKey,
      extensions: [
        extension(
          id_ce_keyUsage,
          true,
          new KeyUsage(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyCertSign),
        ),
        extension(
          id_ce_extKeyUsage,
          false,
          new ExtendedKeyUsage([id_kp_clientAuth, id_kp_serverAuth]),
        ),
        extension(id_ce_basicConstraints, true, new BasicConstraints({ cA: true })),
        extension(
          id_ce_subjectKeyIdentifier,
          false,
          new SubjectKeyIdentifier(keyIdentifier(publicKey)),
        ),
      ],
    },
    key,
  );
  return { certificate: toPem('CERTIFICATE', certificate), privateKey: keyToPem(key) };
}
