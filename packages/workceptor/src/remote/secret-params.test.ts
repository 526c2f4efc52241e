import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseRemoteData, remoteExtraData } from './remote-extra-data.js';
import { UnitSecrets } from '../store/unit-secrets.js';
import { SecretParams, withoutSecrets } from './secret-params.js';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'secrets-'));
});
afterEach(() => {
  rmSync(dataDir, { recursive: true, force: true });
});

const data = remoteExtraData(
  {
    node: 'far',
    workType: 'cat',
    tlsClient: 'tls',
    params: { params: 'a', Secret_key: 'hush' },
    signWork: false,
  },
  undefined,
);
const secrets = (): SecretParams => new SecretParams(new UnitSecrets({ dataDir, nodeId: 'near' }));
const keyFile = (): string => join(dataDir, 'near', '.secrets-key');

it('seals what is secret, and opens it after a restart', () => {
  const sealed = secrets().seal(data);
  expect(sealed.RemoteParams).toEqual({ params: 'a' });
  expect(JSON.stringify(sealed)).not.toContain('hush');
  expect(secrets().open(parseRemoteData(sealed))).toEqual(data);
  expect(statSync(keyFile()).mode & 0o777).toBe(0o600);
  expect(readFileSync(keyFile())).toHaveLength(32);
  // each time otherwise
  expect(secrets().seal(data).SealedParams).not.toBe(sealed.SealedParams);
});

it('leaves what has no secrets as it is, and makes no key for it', () => {
  const plain = { ...data, RemoteParams: { params: 'a' } };
  expect(secrets().seal(plain)).toBe(plain);
  expect(secrets().open(plain)).toBe(plain);
  expect(withoutSecrets(plain)).toBeUndefined();
  expect(() => statSync(join(dataDir, 'near'))).toThrow('ENOENT');
});

it('forgets both forms', () => {
  const kept = { ...data, RemoteParams: { params: 'a' } };
  expect(withoutSecrets(data)).toEqual(kept);
  expect(withoutSecrets(secrets().seal(data))).toEqual(kept);
});

it('opens nothing for another node, nor with another key, and says what is wrong', () => {
  const sealed = secrets().seal(data);
  const refusal = { code: 'start-failed', message: expect.stringContaining(keyFile()) as string };
  const open = (given: typeof sealed): unknown => {
    try {
      return secrets().open(given);
    } catch (error) {
      return error;
    }
  };
  expect(open({ ...sealed, RemoteNode: 'thief' })).toMatchObject(refusal);
  expect(open({ ...sealed, SealedParams: 'AAAA' })).toMatchObject(refusal);
  truncateSync(keyFile(), 16);
  expect(open(sealed)).toMatchObject(refusal);
  // what a crash has left is replaced
  const again = secrets().seal(data);
  expect(open(again)).toEqual(data);
  expect(open(sealed)).toMatchObject(refusal);
});
