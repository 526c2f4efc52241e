import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packPem, unpack } from './certificate-list.js';
import { isTrustedItself, PURPOSE } from './trusted-peers.js';

const DAY_MS = 86_400_000;
/** Well within the days for which the certificates are made. */
const NOW = Date.now() + 60_000;
const folder = mkdtempSync(join(tmpdir(), 'trusted-peers-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A certificate that is its own CA, valid from now on for ten days. */
function selfSigned(name: string, ...extensions: string[]): Buffer {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const out = ['-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.crt`];
  execFileSync('openssl', ['req', '-x509', ...key, '-days', '10', ...out, ...extensions], {
    cwd: folder,
    stdio: 'ignore',
  });
  const [der] = unpack(packPem(readFileSync(join(folder, `${name}.crt`), 'utf8')));
  if (der === undefined) throw new Error('no certificate');
  return der;
}

describe("a peer that shows an authority's own certificate", () => {
  let plain: Buffer;
  let forDialers: Buffer;
  let forAll: Buffer;
  beforeAll(() => {
    plain = selfSigned('plain');
    forDialers = selfSigned('dialers', '-addext', 'extendedKeyUsage=clientAuth');
    forAll = selfSigned('all', '-addext', 'extendedKeyUsage=anyExtendedKeyUsage');
  });
  const trusts = (own: Buffer, purpose: string = PURPOSE.listener, now = NOW): boolean =>
    isTrustedItself(own, [plain, forDialers, forAll], purpose, now);

  it('is trusted, byte by byte', () => {
    expect(trusts(plain)).toBe(true);
    expect(trusts(selfSigned('plain'))).toBe(false);
  });

  it('is trusted while it is valid', () => {
    expect(trusts(plain, PURPOSE.listener, NOW - DAY_MS)).toBe(false);
    expect(trusts(plain, PURPOSE.listener, NOW + 11 * DAY_MS)).toBe(false);
  });

  it('is trusted for what it is for', () => {
    expect(trusts(forDialers)).toBe(false);
    expect(trusts(forDialers, PURPOSE.dialer)).toBe(true);
    expect(trusts(forAll)).toBe(true);
    expect(trusts(forAll, PURPOSE.dialer)).toBe(true);
  });
});
