import {
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  type KeyObject,
} from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLogger } from '@receptorjs/primitives';
import type { Access } from '../work-verbs.js';
import { checkKeyFile } from './key-file.js';
import { signToken } from './json-web-token.js';
import { WorkSignatures } from './work-signatures.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signatures-'));
  warnings = [];
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const NOW = 1_700_000_000_250;

/** Writes a new pair of keys into the two files of a name, and gives the private one. */
function keyFiles(name: string): { privateKey: KeyObject; private: string; public: string } {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const paths = { private: join(folder, `${name}.key`), public: join(folder, `${name}.pub`) };
  writeFileSync(paths.private, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(paths.public, publicKey.export({ type: 'spki', format: 'pem' }));
  return { privateKey, ...paths };
}

/** Warnings of all that were made in a test. */
let warnings: string[];
const signatures = (): WorkSignatures => {
  const warning = (line: string): number => warnings.push(line);
  return new WorkSignatures('far', { ...silentLogger, warning }, () => NOW);
};
const from = (signature?: string): Access => ({ transport: 'mesh', from: 'near', signature });

it('signs for one node and for a time, in the form of the original', async () => {
  const key = keyFiles('a');
  const near = signatures();
  near.signWith({ privateKey: key.private, tokenExpirationMs: 90_000 });
  const [header = '', claims = ''] = (await near.sign('far')).split('.');
  const read = (text: string): unknown => JSON.parse(Buffer.from(text, 'base64url').toString());
  expect(read(header)).toEqual({ alg: 'RS512', typ: 'JWT' });
  expect(read(claims)).toEqual({ aud: ['far'], exp: 1_700_000_090 });
  const far = signatures();
  far.verifyWith([key.public]);
  await far.check(true, from(await near.sign('far')));
  await expect(far.check(true, from(await near.sign('hop')))).rejects.toMatchObject({
    code: 'rejected',
    message: 'token audience did not match node ID',
  });
});

it('takes a signature by any of its keys, while another file can not be read', async () => {
  const [old, next] = [keyFiles('old'), keyFiles('next')];
  const far = signatures();
  far.verifyWith([join(folder, 'missing'), old.public, next.public]);
  for (const { privateKey } of [old, next]) {
    const token = await signToken(privateKey, { audience: 'far', expiresAtMs: NOW + 1000 });
    await far.check(true, from(token));
  }
  far.verifyWith([join(folder, 'missing')]);
  await expect(far.check(true, from('a.b.c'))).rejects.toThrow(
    `could not load verifying key file: open ${join(folder, 'missing')}: no such file or directory`,
  );
});

it('names in the log the files that a signature could not be verified by', async () => {
  const [old, next] = [keyFiles('old'), keyFiles('next')];
  const missing = join(folder, 'missing');
  const far = signatures();
  const token = (key: KeyObject): Promise<string> =>
    signToken(key, { audience: 'far', expiresAtMs: NOW + 1000 });
  far.verifyWith([missing, next.public, old.private]);
  await far.check(true, from(await token(next.privateKey)));
  expect(warnings).toEqual([]);
  const refused = async (reply: string): Promise<void> => {
    await expect(far.check(true, from(await token(old.privateKey)))).rejects.toThrow(reply);
  };
  // what is no token, or is signed and no good, needs no other key
  await expect(far.check(true, from('a.b.c'))).rejects.toThrow('could not verify');
  expect(warnings).toEqual([]);
  await refused('could not verify signature: crypto/rsa: verification error');
  const line = 'A signature was not verified, and this key could not be tried: ';
  const lines = [
    `${line}open ${missing}: no such file or directory`,
    `${line}${old.private}: public key file does not contain public key data`,
  ];
  expect(warnings).toEqual(lines);
  far.verifyWith([old.private]);
  await refused('could not load verifying key file: ');
  expect(warnings).toEqual([...lines, lines[1]]);
  // whoever sends signatures can't fill the log
  for (let count = 0; count < 70; count += 1) await refused('could not load');
  expect(warnings).toHaveLength(60);
});

it('tells before a file is used that it holds no such key, and what should be there', async () => {
  const key = keyFiles('a');
  await checkKeyFile(key.private, 'private');
  await checkKeyFile(key.public, 'public');
  await checkKeyFile(join(folder, 'missing'), 'public');
  await expect(checkKeyFile(key.public, 'private')).rejects.toThrow(
    `${key.public}: private key file does not contain private key data; expected is one RSA private key, PEM (PKCS #1 or PKCS #8)`,
  );
  await expect(checkKeyFile(key.private, 'public')).rejects.toThrow(
    `${key.private}: public key file does not contain public key data; expected is one RSA public key, PEM (-----BEGIN PUBLIC KEY-----)`,
  );
  writeFileSync(key.public, 'garbage');
  await expect(checkKeyFile(key.public, 'public')).rejects.toThrow(
    `${key.public}: failed to decode PEM block; expected is`,
  );
});

it('reads a key again that was exchanged, and uses none that was removed', async () => {
  const [old, next] = [keyFiles('old'), keyFiles('next')];
  const far = signatures();
  far.verifyWith([old.public]);
  const token = (key: KeyObject): Promise<string> =>
    signToken(key, { audience: 'far', expiresAtMs: NOW + 1000 });
  await far.check(true, from(await token(old.privateKey)));
  renameSync(next.public, old.public);
  await far.check(true, from(await token(next.privateKey)));
  await expect(far.check(true, from(await token(old.privateKey)))).rejects.toThrow(
    'could not verify signature: crypto/rsa: verification error',
  );
  rmSync(old.public);
  await expect(far.check(true, from(await token(next.privateKey)))).rejects.toThrow(
    'could not load verifying key file: ',
  );
  const near = signatures();
  near.signWith({ privateKey: old.private, tokenExpirationMs: 1000 });
  await near.sign('far');
  writeFileSync(old.private, 'no key');
  await expect(near.checkCanSign()).rejects.toThrow(
    'could not load signing key file: failed to decode PEM block',
  );
});

it('refuses a file that holds another kind of key, or more than one', async () => {
  const key = keyFiles('a');
  const far = signatures();
  const why = async (pem: string): Promise<string> => {
    writeFileSync(join(folder, 'given'), pem);
    far.verifyWith([join(folder, 'given')]);
    return far.check(true, from('a.b.c')).then(
      () => '',
      (error: unknown) => (error as Error).message,
    );
  };
  const pem = createPublicKey(key.privateKey).export({ type: 'spki', format: 'pem' }).toString();
  const secret = key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const wrong =
    'could not load verifying key file: public key file does not contain public key data';
  expect(await why(secret)).toBe(wrong);
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  expect(await why(publicKey.export({ type: 'spki', format: 'pem' }).toString())).toBe(wrong);
  expect(await why(pem + pem)).toContain('public key file should contain exactly one item');
  expect(await why('x'.repeat(65_537))).toContain('has 65537 bytes, allowed are 65536');
  const broken = await why(pem.replace('MIIB', 'MIIC'));
  expect(broken).toContain("can't be read");
  expect(broken).not.toContain('MII');
});

it('asks nothing of a Unix socket, and signs for others only what is signed for this node', async () => {
  const key = keyFiles('a');
  const far = signatures();
  await far.check(true, { transport: 'unix' });
  await far.checkMaySign({ transport: 'unix' });
  await expect(far.check(true, from('a.b.c'))).rejects.toThrow('verifying key not specified');
  await expect(far.check(false, from('x'))).rejects.toThrow('work type did not expect a signature');
  await expect(far.checkCanSign()).rejects.toThrow('cannot sign work: signing key is empty');
  far.verifyWith([key.public]);
  await expect(far.checkMaySign(from())).rejects.toThrow(
    /^cannot sign work: .*\(could not verify signature: signature is empty\)$/,
  );
  const token = await signToken(key.privateKey, { audience: 'far', expiresAtMs: NOW + 1 });
  // in whole seconds: this one has ended a quarter of a second ago
  await expect(far.checkMaySign(from(token))).rejects.toThrow('token is expired by 250ms');
});

it('takes every algorithm of RSA, and no other', async () => {
  const key = keyFiles('a');
  const far = signatures();
  far.verifyWith([key.public]);
  const token = (alg: unknown, padding?: number): string => {
    const segments = [{ alg }, { aud: 'far' }].map((each) =>
      Buffer.from(JSON.stringify(each)).toString('base64url'),
    );
    const data = segments.join('.');
    const hash = `sha${String(alg).slice(2)}`;
    const options = padding === undefined ? key.privateKey : { key: key.privateKey, padding };
    const by = ['sha256', 'sha384', 'sha512'].includes(hash) ? hash : 'sha512';
    return `${data}.${sign(by, Buffer.from(data), options).toString('base64url')}`;
  };
  for (const bits of [256, 384, 512]) {
    await far.check(true, from(token(`RS${bits}`)));
    await far.check(true, from(token(`PS${bits}`, 6)));
  }
  await expect(far.check(true, from(token(7)))).rejects.toThrow('(alg) is unspecified');
  await expect(far.check(true, from(token('ES512')))).rejects.toThrow('key is of invalid type');
});

it('refuses what is no token, whatever it is', async () => {
  const far = signatures();
  far.verifyWith([keyFiles('a').public]);
  const given = ['.', '..', 'e30.e30.e30', 'bnVsbA.e30.', `${'a'.repeat(20_000)}.b.c`, 'ä.b.c'];
  for (let count = 0; count < 200; count += 1) {
    given.push([12, 30, 256].map((size) => randomBytes(size).toString('base64url')).join('.'));
  }
  for (const each of given) {
    await expect(far.check(true, from(each))).rejects.toMatchObject({ code: 'rejected' });
  }
});
