import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Files of a certificate that vouches for itself: who trusts `cert` trusts it. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
}

/** Makes a certificate for 127.0.0.1 and localhost with `openssl`, valid for a day. */
export async function makeCertificate(folder: string, name: string): Promise<TestCertificate> {
  const cert = join(folder, `${name}.crt`);
  const key = join(folder, `${name}.key`);
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
    ...[
      '-days',
      '1',
      '-subj',
      `/CN=${name}`,
      '-addext',
      'subjectAltName=IP:127.0.0.1,DNS:localhost',
    ],
    ...['-keyout', key, '-out', cert],
  ]);
  return { cert, key };
}
