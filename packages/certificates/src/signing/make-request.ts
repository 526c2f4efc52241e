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
import { requestedNames, signedRequest, type CertificateNames } from './signed-request.js';

/** The fields of `cert-makereq`. */
export interface MakeRequestOptions extends CertificateNames {
  readonly commonName: string;
  /** Length of a new key; only with `outKey`, and needed there. */
  readonly bits?: number | undefined;
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
  const names = requestedNames(options);
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
