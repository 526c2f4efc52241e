import { X509Certificate } from 'node:crypto';
import { AsnConvert } from '@peculiar/asn1-schema';
import { Certificate } from '@peculiar/asn1-x509';
import {
  flag,
  optional,
  text,
  validateArgument,
  validateOptions,
  withMethods,
  type OptionChecks,
} from '@receptorjs/validation';
import { CertificateError } from '../certificate-error.js';
import { CertificateRequest } from './certificate-request.js';
import { loadCaKey } from '../files/key-files.js';
import { onlyItem, readPemFile, writeSecretFile } from '../files/pem-files.js';
import { toPem } from '../files/pem.js';
import { nodeIdsAmong } from '../chain/receptor-name.js';
import { signLeaf } from './sign-leaf.js';
import { validity, validityChecks, type ValidityTexts } from './signing.js';

/** The fields of `cert-signreq`. */
export interface SignRequestOptions extends ValidityTexts {
  readonly req: string;
  readonly caCert: string;
  readonly caKey: string;
  readonly outCert: string;
  /** Signs without asking. Default false. */
  readonly verify?: boolean | undefined;
}

const signRequestChecks: OptionChecks<SignRequestOptions> = {
  ...validityChecks,
  req: text,
  caCert: text,
  caKey: text,
  outCert: text,
  verify: optional(flag),
};

/** Who is asked before a request is signed. */
export interface SignRequestDialogue {
  /** Shows a text of several lines, newline included. */
  show(text: string): void;
  /** Asks, and gives the line that was answered. */
  ask(question: string): Promise<string>;
}

/**
 * Signs a request as a CA: a certificate for servers and clients with the names asked for, valid for a year by
 * default. Existing files are replaced.
 *
 * @param now - Milliseconds since 1970.
 * @throws {CertificateError} `declined`, `invalid-configuration`, `unreadable-certificate`, `unreadable-file`
 * @throws {TypeError} `invalid-argument` for an option of the wrong kind or name
 */
export async function signRequest(
  options: SignRequestOptions,
  dialogue: SignRequestDialogue,
  now = Date.now(),
): Promise<void> {
  validateOptions<SignRequestOptions>('signRequest', options, signRequestChecks);
  validateArgument('signRequest', 'dialogue', dialogue, withMethods('a dialogue', 'show', 'ask'));
  const ca = await loadCa(options.caCert);
  const caKey = await loadCaKey(options.caKey);
  if (!new X509Certificate(ca.der).checkPrivateKey(caKey)) {
    throw new CertificateError(
      'invalid-configuration',
      `${options.caKey} is not the key of the CA certificate in ${options.caCert}`,
    );
  }
  const request = await CertificateRequest.load(options.req);
  const { names, namesExtension } = request;
  const usable = names.some(({ dNSName, iPAddress }) => (dNSName ?? iPAddress) !== undefined);
  if (namesExtension === undefined || (!usable && nodeIdsAmong(names).length === 0)) {
    throw new CertificateError(
      'invalid-configuration',
      'cannot sign: no names found in certificate',
      { hint: 'Make the request with nodeid, dnsname or ipaddress.' },
    );
  }
  const dates = validity(options, 1, now);
  if (options.verify !== true) {
    dialogue.show(request.describe());
    const answer = await dialogue.ask('Sign certificate (yes/no)? ');
    if (!['y', 'yes'].includes(answer.trim().toLowerCase())) {
      throw new CertificateError('declined', 'user declined');
    }
  }
  const certificate = signLeaf(
    { certificate: ca.certificate, key: caKey },
    {
      subject: request.subject,
      validity: dates,
      publicKey: request.publicKey,
      names: namesExtension,
    },
  );
  await writeSecretFile(options.outCert, toPem('CERTIFICATE', certificate));
}

async function loadCa(file: string): Promise<{ der: Buffer; certificate: Certificate }> {
  const { type, der } = onlyItem(await readPemFile(file), 'certificate');
  if (type !== 'CERTIFICATE') {
    throw new CertificateError(
      'invalid-configuration',
      'certificate file does not contain certificate data',
      { hint: `${file} holds ${type}` },
    );
  }
  try {
    return { der, certificate: AsnConvert.parse(der, Certificate) };
  } catch (cause) {
    throw new CertificateError('unreadable-certificate', `failed to parse certificate in ${file}`, {
      cause,
    });
  }
}
