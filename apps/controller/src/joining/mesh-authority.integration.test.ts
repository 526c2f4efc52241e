import { receptorNodeIds, requestCertificate } from '@receptorjs/certificates';
import { KeyedSecretBox } from '@receptorjs/controller-api';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openController } from '../composition.js';
import { keyFile, secretKeys } from '../settings/secret-keys.js';
import { rotateKey } from '../verbs/rotate-key.js';
import { StoredMeshAuthority } from './mesh-authority.js';

/** The database in WebAssembly takes some seconds to start, several times. */
const PATIENCE_MS = 240_000;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'controller-ca-'));
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

/** What a controller has of its CA, which is made where there is none, and what it issues. */
async function authority() {
  const { storage } = await openController(folder, {});
  try {
    await storage.migrate();
    const secrets = new KeyedSecretBox(secretKeys(folder, {}));
    const [one, two] = await Promise.all([
      new StoredMeshAuthority(storage, secrets).open(),
      new StoredMeshAuthority(storage, secrets).open(),
    ]);
    expect(two.certificate).toBe(one.certificate);
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const issued = one.issue(requestCertificate(privateKey, 'x', { nodeId: ['x'] }), {
      nodeId: 'far',
      hosts: ['far.example.org', '10.0.0.1'],
      notBefore: new Date(),
      notAfter: new Date(Date.now() + 60_000),
    });
    const rows = await storage.database.selectFrom('certificate_authorities').selectAll().execute();
    return { certificate: one.certificate, issued, rows };
  } finally {
    await storage.close();
  }
}

it(
  'there is one CA, whoever asks first; a new key of secrets locks its key as well',
  async () => {
    const before = await authority();
    const oldKey = readFileSync(keyFile(folder), 'utf8');
    await rotateKey(folder, false, {});
    expect(readFileSync(keyFile(folder), 'utf8')).not.toBe(oldKey);
    const after = await authority();

    expect(after.certificate).toBe(before.certificate);
    expect(after.rows).toHaveLength(1);
    expect(after.rows[0]?.private_key).toMatch(/^\$encrypted\$/);
    expect(after.rows[0]?.private_key).not.toBe(before.rows[0]?.private_key);
    const issued = new X509Certificate(after.issued);
    expect(issued.verify(new X509Certificate(before.certificate).publicKey)).toBe(true);
    expect(receptorNodeIds(issued.raw)).toEqual(['far']);
    expect(issued.subjectAltName).toContain('DNS:far.example.org, IP Address:10.0.0.1');
  },
  PATIENCE_MS,
);
