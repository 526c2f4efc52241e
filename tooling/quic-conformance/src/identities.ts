import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeRequest, signRequest } from '@receptorjs/certificates';
import type { QuicIdentity } from '@receptorjs/quic-engine';

const KEYS = {
  rsa: ['-newkey', 'rsa:2048'],
  p256: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
  p384: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:secp384r1'],
  p521: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:secp521r1'],
  ed25519: ['-newkey', 'ed25519'],
} as const;

/** Roots `ca` and `other`, and `issuing` below `ca`. */
export type TestAuthorityName = 'ca' | 'other' | 'issuing';

/** What kind of certificate. */
export interface IdentityOptions {
  readonly key?: keyof typeof KEYS;
  /** Which CA signs it; default `ca`. With `issuing`, which `ca` has signed, its certificate comes along. */
  readonly ca?: TestAuthorityName;
  readonly purpose?: 'clientAuth' | 'serverAuth';
}

/** CAs `ca` and `other`, and identities they sign, by `openssl`, in a folder of its own. */
export class TestIdentities {
  readonly #issued = new Map<string, QuicIdentity>();
  readonly #folder = mkdtempSync(join(tmpdir(), 'quic-identities-'));

  constructor() {
    for (const name of ['ca', 'other']) this.#selfSign(name);
    const isCa = 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n';
    this.#sign('issuing', 'rsa', 'ca', isCa);
  }

  /** The certificate of a CA, PEM. */
  authority(name: TestAuthorityName = 'ca'): string {
    return this.#read(`${name}.crt`);
  }

  /** The same for the same name and options. */
  issue(name: string, options: IdentityOptions = {}): QuicIdentity {
    const wanted = JSON.stringify([name, options]);
    const identity = this.#issued.get(wanted) ?? this.#make(name, options);
    this.#issued.set(wanted, identity);
    return identity;
  }

  #make(name: string, { key = 'rsa', ca = 'ca', purpose }: IdentityOptions): QuicIdentity {
    const purposes = purpose === undefined ? 'serverAuth,clientAuth' : purpose;
    this.#sign(name, key, ca, `subjectAltName=DNS:${name}\nextendedKeyUsage=${purposes}\n`);
    const chain = ca === 'issuing' ? [name, ca] : [name];
    const certificate = chain.map((each) => this.#read(`${each}.crt`)).join('');
    return { certificate, key: this.#read(`${name}.key`) };
  }

  #sign(name: string, key: keyof typeof KEYS, ca: string, extensions: string): void {
    const files = ['-keyout', `${name}.key`, '-out', `${name}.csr`];
    this.#openssl('req', ...KEYS[key], '-nodes', '-subj', `/CN=${name}`, ...files);
    writeFileSync(join(this.#folder, 'ext'), extensions);
    const signer = ['-CA', `${ca}.crt`, '-CAkey', `${ca}.key`, '-CAcreateserial'];
    const request = ['-req', '-in', `${name}.csr`, '-extfile', 'ext', '-days', '30'];
    this.#openssl('x509', ...request, ...signer, '-out', `${name}.crt`);
  }

  /** A certificate that is its own CA, as `openssl req -x509` makes it; the same for the same name. */
  issueSelfSigned(name: string): QuicIdentity {
    const wanted = JSON.stringify([name, 'self-signed']);
    const known = this.#issued.get(wanted);
    if (known !== undefined) return known;
    this.#selfSign(name);
    const identity = { certificate: this.#read(`${name}.crt`), key: this.#read(`${name}.key`) };
    this.#issued.set(wanted, identity);
    return identity;
  }

  /** A certificate of `ca` that was valid in another century. */
  async issueExpired(name: string): Promise<QuicIdentity> {
    const at = (extension: string): string => join(this.#folder, `${name}.${extension}`);
    await makeRequest({
      commonName: name,
      bits: 2048,
      nodeId: [name],
      outReq: at('csr'),
      outKey: at('key'),
    });
    await signRequest(
      {
        req: at('csr'),
        caCert: join(this.#folder, 'ca.crt'),
        caKey: join(this.#folder, 'ca.key'),
        outCert: at('crt'),
        verify: true,
        notBefore: '1999-01-01T00:00:00Z',
        notAfter: '2000-01-01T00:00:00Z',
      },
      { show: () => undefined, ask: () => Promise.resolve('no') },
    );
    return { certificate: this.#read(`${name}.crt`), key: this.#read(`${name}.key`) };
  }

  #selfSign(name: string): void {
    this.#openssl(
      'req',
      '-x509',
      ...KEYS.rsa,
      '-nodes',
      '-days',
      '30',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.crt`,
    );
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #read(file: string): string {
    return readFileSync(join(this.#folder, file), 'utf8');
  }

  #openssl(...args: string[]): void {
    execFileSync('openssl', args, { cwd: this.#folder, stdio: ['ignore', 'ignore', 'pipe'] });
  }
}
