import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goReceptor, skipsWithoutGo } from '@receptorjs/tooling-test-peers';
import {
  TlsClient,
  TlsServer,
  initCa,
  makeRequest,
  receptorNodeIds,
  signRequest,
  type SignRequestDialogue,
} from '../index.js';
import { pemBlocks } from '../files/pem.js';

const run = promisify(execFile);
const openssl = async (...words: string[]): Promise<string> =>
  (await run('openssl', words, { cwd: folder })).stdout;

const withoutGo = skipsWithoutGo();
const go = async (...words: string[]): Promise<string> =>
  (await run(goReceptor.path, words, { cwd: folder })).stdout;

const nobody: SignRequestDialogue = {
  show: () => undefined,
  ask: () => Promise.reject(new Error('nobody was to be asked')),
};
const LONG_ID = `a-${'long'.repeat(60)}`;

let folder = '';
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'authority-'));
  await initCa({ commonName: 'our CA', bits: 2048, outCert: at('ca.crt'), outKey: at('ca.key') });
  await makeRequest({
    commonName: 'node',
    bits: 2048,
    dnsName: ['localhost', 'a.example.org'],
    ipAddress: ['127.0.0.1', '::1'],
    nodeId: ['a', LONG_ID],
    outReq: at('a.csr'),
    outKey: at('a.key'),
  });
  const files = { req: at('a.csr'), caCert: at('ca.crt'), caKey: at('ca.key') };
  await signRequest({ ...files, outCert: at('a.crt'), verify: true }, nobody);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('openssl', () => {
  it('verifies our certificate against our CA', async () => {
    expect(await openssl('verify', '-x509_strict', '-CAfile', 'ca.crt', 'a.crt')).toBe(
      'a.crt: OK\n',
    );
    const purposes = await openssl('verify', '-CAfile', 'ca.crt', '-purpose', 'sslserver', 'a.crt');
    expect(purposes).toBe('a.crt: OK\n');
  });

  it('verifies our request', async () => {
    await expect(openssl('req', '-in', 'a.csr', '-verify', '-noout')).resolves.toBe('');
  });

  it('reads what the original would have written', async () => {
    const ca = await openssl('x509', '-in', 'ca.crt', '-noout', '-text');
    expect(ca).toContain('Subject: CN = our CA');
    expect(ca).toMatch(/Key Usage: critical\s+Digital Signature, Certificate Sign\n/);
    expect(ca).toMatch(/Basic Constraints: critical\s+CA:TRUE\n/);
    expect(ca).toContain('TLS Web Client Authentication, TLS Web Server Authentication');
    const leaf = await openssl('x509', '-in', 'a.crt', '-noout', '-text');
    expect(leaf).toMatch(/Key Usage: critical\s+Digital Signature\n/);
    expect(leaf).not.toContain('Basic Constraints');
    expect(leaf).toContain('DNS:localhost, DNS:a.example.org, IP Address:127.0.0.1');
    expect(leaf).toMatch(new RegExp(`1\\.2312\\.19\\.1(;UTF8|:):${LONG_ID}\\n`));
  });

  it('makes certificates that ours are verified by', async () => {
    await openssl(
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-subj',
      '/CN=their CA',
      '-keyout',
      'ec-ca.key',
      '-out',
      'ec-ca.crt',
      '-days',
      '30',
    );
    await openssl(
      'req',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-subj',
      '/CN=n',
      '-keyout',
      'n.key',
      '-out',
      'n.csr',
      '-addext',
      'subjectAltName=otherName:1.3.6.1.4.1.2312.19.1;UTF8:n',
    );
    await openssl(
      'x509',
      '-req',
      '-in',
      'n.csr',
      '-CA',
      'ec-ca.crt',
      '-CAkey',
      'ec-ca.key',
      '-CAcreateserial',
      '-copy_extensions',
      'copy',
      '-days',
      '30',
      '-out',
      'n.crt',
    );
    const options = { nodeId: 'n' };
    const server = await TlsServer.load(
      { name: 's', cert: at('n.crt'), key: at('n.key') },
      options,
    );
    const client = await TlsClient.load({ name: 'c', rootCas: at('ec-ca.crt') }, options);
    const chain = server.certificates.map(({ der }) => der);
    expect(client.verifyServer(chain, { nodeId: 'n' })).toBeUndefined();
    expect(client.verifyServer(chain, { nodeId: 'm' })).toMatchObject({ code: 'wrong-name' });
    server.close();
    client.close();
  });

  it('signs our request for an EC key of its own making as well', async () => {
    await openssl(
      'req',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-subj',
      '/O=x/CN=e',
      '-keyout',
      'e.key',
      '-out',
      'e.csr',
      '-addext',
      'subjectAltName=DNS:e.example.org',
    );
    const shown: string[] = [];
    await signRequest(
      { req: at('e.csr'), caCert: at('ca.crt'), caKey: at('ca.key'), outCert: at('e.crt') },
      { show: (text) => shown.push(text), ask: () => Promise.resolve('YES\n') },
    );
    expect(shown.join('')).toBe(
      [
        'Requested certificate:',
        '  Subject: O=x,CN=e',
        '  Encryption Algorithm: EC',
        '  Signature Algorithm: ECDSA-SHA256',
        '  Names:',
        '    DNS Name: e.example.org',
        '',
      ].join('\n'),
    );
    expect(await openssl('verify', '-CAfile', 'ca.crt', 'e.crt')).toBe('e.crt: OK\n');
  });
});

describe.skipIf(withoutGo)(`the Go receptor ${goReceptor.missing}`, () => {
  it('signs our request with our CA, and its certificate is right for us', async () => {
    await go(
      '--cert-signreq',
      'req=a.csr',
      'cacert=ca.crt',
      'cakey=ca.key',
      'outcert=by-go.crt',
      'verify=true',
    );
    expect(await openssl('verify', '-CAfile', 'ca.crt', 'by-go.crt')).toBe('by-go.crt: OK\n');
    const [block] = pemBlocks(await readFile(at('by-go.crt'), 'utf8'));
    expect(receptorNodeIds(block?.der ?? Buffer.alloc(0))).toEqual(['a', LONG_ID]);
  });

  it('makes a CA and a request that ours sign', async () => {
    await go(
      '--cert-init',
      'commonname=go CA',
      'bits=2048',
      'outcert=go-ca.crt',
      'outkey=go-ca.key',
    );
    await go(
      '--cert-makereq',
      'commonname=b',
      'bits=2048',
      'nodeid=b',
      'dnsname=b.example.org',
      'ipaddress=10.0.0.1',
      'outreq=b.csr',
      'outkey=b.key',
    );
    const shown: string[] = [];
    await signRequest(
      { req: at('b.csr'), caCert: at('go-ca.crt'), caKey: at('go-ca.key'), outCert: at('b.crt') },
      { show: (text) => shown.push(text), ask: () => Promise.resolve('y') },
    );
    expect(shown.join('')).toBe(
      [
        'Requested certificate:',
        '  Subject: CN=b',
        '  Encryption Algorithm: RSA (2048 bits)',
        '  Signature Algorithm: SHA256-RSA',
        '  Names:',
        '    DNS Name: b.example.org',
        '    IP Address: 10.0.0.1',
        '    Receptor Node ID: b',
        '',
      ].join('\n'),
    );
    expect(await openssl('verify', '-CAfile', 'go-ca.crt', 'b.crt')).toBe('b.crt: OK\n');
  });

  it('uses our key', async () => {
    await go('--cert-makereq', 'commonname=c', 'nodeid=c', 'inkey=a.key', 'outreq=c.csr');
    await expect(openssl('req', '-in', 'c.csr', '-verify', '-noout')).resolves.toBe('');
  });
});

describe('files', () => {
  it('are for their owner alone', async () => {
    for (const name of ['ca.crt', 'ca.key', 'a.csr', 'a.key', 'a.crt']) {
      expect((await stat(at(name))).mode & 0o777).toBe(0o600);
    }
  });

  it('D29: a CA and a certificate made in the same second have different serials of 128 bits', async () => {
    const serials = await Promise.all(
      ['ca.crt', 'a.crt'].map((name) => openssl('x509', '-in', name, '-noout', '-serial')),
    );
    expect(serials[0]).not.toBe(serials[1]);
    for (const serial of serials) expect(serial).toMatch(/^serial=[4-7][0-9A-F]{31}\n$/);
  });
});
