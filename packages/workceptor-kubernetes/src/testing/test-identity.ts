import { initCa, makeRequest, signRequest } from '@receptorjs/certificates';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate of 127.0.0.1 with its key and who has signed it, in PEM. */
export interface TestIdentity {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

let identity: Promise<TestIdentity> | undefined;

/** Made once for a test file. */
export function testIdentity(): Promise<TestIdentity> {
  return (identity ??= makeIdentity());
}

async function makeIdentity(): Promise<TestIdentity> {
  const folder = mkdtempSync(join(tmpdir(), 'kube-api-'));
  const path = (name: string): string => join(folder, name);
  try {
    await initCa({
      commonName: 'test',
      bits: 2048,
      outCert: path('ca.crt'),
      outKey: path('ca.key'),
    });
    await makeRequest({
      commonName: 'api',
      bits: 2048,
      ipAddress: ['127.0.0.1'],
      outReq: path('req'),
      outKey: path('key'),
    });
    await signRequest(
      {
        req: path('req'),
        caCert: path('ca.crt'),
        caKey: path('ca.key'),
        outCert: path('crt'),
        verify: true,
      },
      { show: () => undefined, ask: () => Promise.resolve('') },
    );
    const read = (name: string): string => readFileSync(path(name), 'utf8');
    return { ca: read('ca.crt'), cert: read('crt'), key: read('key') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
