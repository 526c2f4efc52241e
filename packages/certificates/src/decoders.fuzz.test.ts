import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fuzz } from '@receptorjs/tooling-fuzz';
import { CertificateError } from './certificate-error.js';
import { verifyChain } from './chain/verify-chain.js';
import { decodeFingerprints } from './chain/fingerprints.js';
import { initCa } from './signing/init-ca.js';
import { ParsedCertificate } from './chain/parsed-certificate.js';
import { pemBlocks } from './files/pem.js';
import { receptorNodeIds } from './chain/receptor-name.js';

const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
const [outCert, outKey] = [join(folder, 'crt'), join(folder, 'key')];
await initCa({ commonName: 'fuzz', bits: 2048, outCert, outKey });
const pem = readFileSync(outCert, 'utf8');
rmSync(folder, { recursive: true });
const der = pemBlocks(pem)[0]?.der ?? Buffer.alloc(0);
const anchor = new ParsedCertificate(der);

/** The code of the error that bad input is answered with; anything else is a failure. */
function codeOf(action: () => string): string {
  try {
    return action();
  } catch (error) {
    if (error instanceof CertificateError) return error.code;
    throw error;
  }
}

fuzz('certificate', {
  corpus: [der],
  maxBytes: 16_384,
  run: (input) =>
    codeOf(() => {
      const parsed = new ParsedCertificate(input);
      const rules = { anchors: [anchor], purpose: 'server', now: 1.8e12 } as const;
      return verifyChain([parsed, anchor], rules)?.code ?? 'trusted';
    }),
});

fuzz('Receptor names of a certificate', {
  corpus: [der],
  maxBytes: 16_384,
  run: (input) => codeOf(() => String(receptorNodeIds(input).length)),
});

fuzz('PEM', {
  corpus: [pem, pem + pem, pem.replaceAll('\n', '\r\n')],
  run: (input) => String(pemBlocks(input.toString('latin1')).length),
});

fuzz('fingerprints', {
  corpus: ['ab'.repeat(32), 'ab:'.repeat(63) + 'ab'],
  maxBytes: 1_024,
  run: (input) => codeOf(() => typeof decodeFingerprints([input.toString('latin1')])),
});
