import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { workSigningKey } from './work-signing.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'work-signing-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('makes a pair once, the private key for this user alone', async () => {
  const file = await workSigningKey(folder, undefined);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const made = readFileSync(file, 'utf8');
  const publicKey = createPublicKey(createPrivateKey(made)).export({ type: 'spki', format: 'pem' });
  expect(readFileSync(join(folder, 'work_public_key.pem'), 'utf8')).toBe(publicKey);
  expect(await workSigningKey(folder, undefined)).toBe(file);
  expect(readFileSync(file, 'utf8')).toBe(made);
});

it('takes the key of a file, and no other than an RSA key', async () => {
  const write = (text: string): string => {
    const file = join(folder, 'given.pem');
    writeFileSync(file, text);
    return file;
  };
  const pem = { type: 'pkcs8', format: 'pem' } as const;
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export(pem);
  const file = write(String(rsa));
  expect(await workSigningKey(folder, file)).toBe(file);
  const other = generateKeyPairSync('ed25519').privateKey.export(pem);
  await expect(workSigningKey(folder, write(String(other)))).rejects.toThrow(/ed25519/);
  await expect(workSigningKey(folder, write('nothing'))).rejects.toThrow(/no private RSA key/);
  await expect(workSigningKey(folder, join(folder, 'none'))).rejects.toThrow(/ENOENT/);
});
