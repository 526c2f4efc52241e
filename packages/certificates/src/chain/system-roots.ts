import { readFile } from 'node:fs/promises';
import { rootCertificates } from 'node:tls';

/** Where the systems keep their trusted CAs in one file. */
const bundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/**
 * The CAs the system trusts, PEM: the file that `SSL_CERT_FILE` names, else the first of the usual files that is there,
 * else those Node.js comes with.
 */
export async function systemRoots(environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const named = environment['SSL_CERT_FILE'];
  for (const file of named === undefined || named === '' ? bundles : [named]) {
    try {
      return await readFile(file, 'utf8');
    } catch {
      // The next of the usual places.
    }
  }
  return rootCertificates.join('\n');
}
