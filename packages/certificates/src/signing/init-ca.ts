import { count, text, validateOptions, type OptionChecks } from '@receptorjs/validation';
import { writeSecretFile } from '../files/pem-files.js';
import { newAuthority, type NewAuthorityOptions } from './new-authority.js';
import { validityChecks } from './signing.js';

/** The fields of `cert-init`. */
export interface InitCaOptions extends NewAuthorityOptions {
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
  const { certificate, privateKey } = await newAuthority(options, now);
  await writeSecretFile(options.outCert, certificate);
  await writeSecretFile(options.outKey, privateKey);
}
