import { configure } from '@receptorjs/receptor-config';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkAllNamedFiles } from './named-files.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'named-files-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const refusal = async (...words: string[]): Promise<string | undefined> => {
  const configuration = configure(['--node', 'id=a', ...words]);
  try {
    await checkAllNamedFiles(configuration.help ? [] : configuration.actions);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
};

const kubernetes = ['--work-kubernetes', 'worktype=k', 'image=i', 'authmethod=kubeconfig'];

it('says which file is not there, and what its path is relative to', async () => {
  const from = `(relative to ${process.cwd()})`;
  expect(await refusal('--work-signing', 'privatekey=no/key')).toBe(
    `no/key does not exist ${from}`,
  );
  expect(await refusal('--work-verification', 'publickey=/no/key')).toBe('/no/key does not exist');
  expect(await refusal(...kubernetes, 'kubeconfig=none')).toBe(
    `error accessing kubeconfig file: stat none: no such file or directory ${from}`,
  );
});

it('takes what is there, and what is not named', async () => {
  const kubeconfig = `kubeconfig=${import.meta.filename}`;
  expect(await refusal(...kubernetes, kubeconfig)).toBeUndefined();
  expect(await refusal(...kubernetes)).toBeUndefined();
});

it('says which file holds another key than is meant, and what it should hold', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const [sign, verify] = [join(folder, 'sign.pem'), join(folder, 'verify.pem')];
  writeFileSync(sign, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(verify, publicKey.export({ type: 'spki', format: 'pem' }));
  const both = (signing: string, verification: string): Promise<string | undefined> =>
    refusal(
      ...['--work-signing', `privatekey=${signing}`],
      ...['--work-verification', `publickey=${verification}`],
    );
  expect(await both(sign, verify)).toBeUndefined();
  expect(await both(verify, verify)).toBe(
    `${verify}: private key file does not contain private key data; expected is one RSA private key, PEM (PKCS #1 or PKCS #8)`,
  );
  expect(await both(sign, sign)).toBe(
    `${sign}: public key file does not contain public key data; expected is one RSA public key, PEM (-----BEGIN PUBLIC KEY-----)`,
  );
});
