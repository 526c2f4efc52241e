import { initCa, makeRequest, signRequest } from '@receptorjs/certificates';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { certificateNodeId } from './tls-files.js';

let folder: string;
const at = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tls-'));
  await initCa({ commonName: 'ca', bits: 2048, outCert: at('ca.crt'), outKey: at('ca.key') });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A certificate that names these nodes. */
async function certificate(nodeId: readonly string[]): Promise<string> {
  const req = at('x.csr');
  await makeRequest({
    commonName: 'x',
    dnsName: ['x'],
    nodeId,
    outReq: req,
    inKey: at('ca.key'),
  });
  const [caCert, caKey, outCert] = ['ca.crt', 'ca.key', 'x.crt'].map(at) as [
    string,
    string,
    string,
  ];
  const nobody = { show: () => undefined, ask: () => Promise.resolve('no') };
  await signRequest({ req, caCert, caKey, outCert, verify: true }, nobody);
  return outCert;
}

it.each([
  [['far'], 'far'],
  [['a', 'b'], undefined],
  [[], undefined],
])('a certificate for %j is of the node %s', async (nodeIds, nodeId) => {
  expect(await certificateNodeId({ cert: await certificate(nodeIds) })).toBe(nodeId);
});

it('says which file is no certificate', async () => {
  writeFileSync(at('x.crt'), 'x');
  await expect(certificateNodeId({ cert: at('x.crt') })).rejects.toMatchObject({
    code: 'bad-peer',
    message: expect.stringContaining(`${at('x.crt')} can't be used: `) as string,
  });
  expect(await certificateNodeId({})).toBeUndefined();
});
