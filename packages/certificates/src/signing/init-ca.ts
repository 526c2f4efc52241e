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
import { count, text, validateOptions, type OptionChecks } from '@receptorjs/validation';
import { CertificateError } from '../certificate-error.js';
import { generateKey, keyToPem } from '../files/key-files.js';
import { writeSecretFile } from '../files/pem-files.js';
import { toPem } from '../files/pem.js';
import {
  commonName,
  extension,
  keyIdentifier,
  publicKeyInfo,
  signCertificate,
  validity,
  validityChecks,
  type ValidityTexts,
} from './signing.js';

/** The fields of `cert-init`. */
export interface InitCaOptions extends ValidityTexts {
  readonly commonName: string;
  /** Length of the RSA key; 0 for 2048. */
  readonly bits: number;
  readonly outCert: string;
  readonly outKey: string;
}

const initCaChecks: OptionChecks<InitCaOptions> = {
  ...validityChecks,
  commonName: text,
  bits: count,
  outCert: text,
  outKey: text,
};

/**
 * Makes a CA: a key and its self-signed certificate, valid for ten years by default. Existing files are
 * replaced.
 *
 * @param now - Milliseconds since 1970.
 * @throws {CertificateError} `invalid-configuration`, `unreadable-file`
 * @throws {TypeError} `invalid-argument` for an option of the wrong kind or name
 */
export async function initCa(options: InitCaOptions, now = Date.now()): Promise<void> {
  validateOptions<InitCaOptions>('initCa', options, initCaChecks);
  if (options.commonName === '') {
    throw new CertificateError('invalid-configuration', 'must provide CommonName');
  }
  const dates = validity(options, 10, now);
  const key = await generateKey(options.bits);
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
  await writeSecretFile(options.outCert, toPem('CERTIFICATE', certificate));
  await writeSecretFile(options.outKey, keyToPem(key));
}
