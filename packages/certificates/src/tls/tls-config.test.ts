import { rename, symlink, unlink, writeFile } from 'node:fs/promises';
import { mkdir } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTlsServer, TlsClient, TlsServer } from '../index.js';
import { issue, TestFolder } from '../test-pki.js';

const DAY = 86_400_000;
const ca = issue('root', { ca: true, notAfter: '2090-01-01T00:00:00Z' });
const node = issue('node', { issuer: ca, nodeIds: ['a'], notAfter: '2089-01-01T00:00:00Z' });
/** OpenSSL makes no connections with such a key. */
const weak = issue('weak', { issuer: ca, nodeIds: ['a'], bits: 512 });
const next = issue('next', { issuer: ca, nodeIds: ['a'], notAfter: '2089-01-01T00:00:00Z' });

let folder: TestFolder;
let lines: string[];
const log = {
  warning: (line: string) => void lines.push(`warning: ${line}`),
  info: (line: string) => void lines.push(`info: ${line}`),
};
const options = { nodeId: 'a', log };
const open: { close(): void }[] = [];

beforeEach(async () => {
  folder = await TestFolder.make();
  lines = [];
});
afterEach(async () => {
  for (const each of open.splice(0)) each.close();
  await folder.remove();
});

async function server(...words: Parameters<typeof TlsServer.load>): Promise<TlsServer> {
  const loaded = await TlsServer.load(...words);
  open.push(loaded);
  return loaded;
}

describe('loading', () => {
  const prefix = 'error preparing tls server config: ';
  const clientPrefix = 'error preparing tls client config: ';

  it('says which node IDs the certificate has instead', async () => {
    const files = await folder.write('node', node);
    await expect(TlsServer.load({ name: 'in', ...files }, { nodeId: 'b' })).rejects.toMatchObject({
      code: 'wrong-name',
      message: `${prefix}nodeID=b not found in certificate name(s); names found=[a]; cfg section=in; server cert=${files.cert}`,
    });
    await expect(TlsClient.load({ name: 'out', ...files }, { nodeId: 'b' })).rejects.toThrow(
      `${clientPrefix}nodeID=b not found in certificate name(s); names found=[a]; cfg section=out`,
    );
    const skipping = { name: 'in', ...files, skipReceptorNamesCheck: true };
    await server(skipping, { nodeId: 'b' });
  });

  it('says which file is missing or holds something else', async () => {
    const { cert, key } = await folder.write('node', node);
    const absent = folder.file('absent');
    const load = (config: object): Promise<unknown> =>
      TlsServer.load({ name: 'in', cert, key, ...config }, options);
    const missing = `open ${absent}: no such file or directory`;
    await expect(load({ cert: absent })).rejects.toThrow(`${prefix}${missing}`);
    await expect(load({ key: absent })).rejects.toThrow(`${prefix}${missing}`);
    await expect(load({ clientCas: absent })).rejects.toThrow(
      `${prefix}error reading client CAs file: ${missing}`,
    );
    await expect(TlsClient.load({ name: 'out', rootCas: absent }, options)).rejects.toThrow(
      `${clientPrefix}error reading root CAs file: ${missing}`,
    );
    await expect(load({ cert: key })).rejects.toThrow(
      'tls: failed to find any PEM data in certificate input',
    );
    await expect(load({ key: cert })).rejects.toThrow(
      'tls: failed to find any PEM data in key input',
    );
    await expect(load({ clientCas: key })).rejects.toThrow('no certificates found');
    const other = await folder.write('next', next);
    await expect(load({ key: other.key })).rejects.toThrow(
      'tls: private key does not match public key',
    );
  });

  it('takes a certificate and a key together or neither', async () => {
    const { cert, key } = await folder.write('node', node);
    for (const half of [{ cert }, { key }, { cert, key: '' }]) {
      await expect(TlsClient.load({ name: 'out', ...half }, options)).rejects.toThrow(
        `${clientPrefix}cert and key must both be supplied or neither`,
      );
    }
  });

  it('takes fingerprints of sha256 and sha512 with or without colons, and no others', async () => {
    const files = await folder.write('node', node);
    const load = async (...pins: string[]): Promise<TlsServer> =>
      server(
        { name: 'in', ...files, requireClientCert: true, pinnedClientCert: pins },
        { nodeId: 'a' },
      );
    await expect(load('ab:cd')).rejects.toThrow(
      `${prefix}error decoding fingerprints: fingerprints must be 32 or 64 bytes for sha256 or sha512`,
    );
    await expect(load('nothex')).rejects.toThrow(
      'error decoding fingerprints: error decoding fingerprint',
    );
    const digest = createHash('sha256').update(node.der).digest('hex');
    expect((await load(digest.toUpperCase())).verifyClient([node.der])?.code).toBe('untrusted');
    expect((await load('00'.repeat(64))).verifyClient([node.der])?.code).toBe('not-pinned');
  });

  it('warns of fingerprints that nothing will be compared with', async () => {
    const files = await folder.write('node', node);
    await server({ name: 'in', ...files, pinnedClientCert: ['00'.repeat(32)] }, options);
    expect(lines).toEqual([expect.stringContaining('pinnedclientcert has no effect')]);
  });
});

describe('changed files', () => {
  it('are used for what comes next', async () => {
    const loaded = await server({ name: 'in', ...(await folder.write('node', node)) }, options);
    let changes = 0;
    loaded.on('changed', () => changes++);
    await loaded.refresh();
    expect(loaded.current().version).toBe(1);
    await folder.write('node', next);
    await loaded.refresh();
    expect(loaded.current().version).toBe(2);
    expect(loaded.certificates[0]?.subject).toBe('CN=next');
    expect(changes).toBe(1);
    expect(lines).toEqual(['info: TLS configuration in: read its changed files']);
  });

  it('are seen when they are replaced by rename, and when a folder on the way is', async () => {
    await mkdir(folder.file('v1'));
    await mkdir(folder.file('v2'));
    await folder.write('v1/tls', node);
    await folder.write('v2/tls', next);
    await symlink('v1', folder.file('data'));
    for (const end of ['crt', 'key']) await symlink(`data/tls.${end}`, folder.file(`tls.${end}`));
    const loaded = await server(
      { name: 'in', cert: folder.file('tls.crt'), key: folder.file('tls.key') },
      options,
    );
    await symlink('v2', folder.file('new'));
    await rename(folder.file('new'), folder.file('data'));
    await loaded.refresh();
    expect(loaded.certificates[0]?.subject).toBe('CN=next');
    await unlink(folder.file('tls.crt'));
    await loaded.refresh();
    expect(loaded.certificates[0]?.subject).toBe('CN=next');
  });

  it('that do not fit together leave the old ones in use, and are warned of once', async () => {
    const { cert, key } = await folder.write('node', node);
    const loaded = await server({ name: 'in', cert, key }, options);
    const other = await folder.write('next', next);
    await rename(other.cert, cert);
    await loaded.refresh();
    await loaded.refresh();
    expect(loaded.current().version).toBe(1);
    expect(lines).toEqual([
      "warning: TLS configuration in: the changed files can't be used, those read before stay in use: tls: private key does not match public key",
    ]);
    await rename(other.key, key);
    await loaded.refresh();
    expect(loaded.current().version).toBe(2);
    await writeFile(cert, '-----BEGIN CERTIFICATE-----\nMII');
    await loaded.refresh();
    expect(loaded.current().version).toBe(2);
    expect(lines).toHaveLength(3);
  });

  it('that OpenSSL refuses are no more than warned of', async () => {
    const { cert, key } = await folder.write('node', node);
    const loaded = await server({ name: 'in', cert, key }, options);
    createTlsServer(loaded, { accepted: () => undefined });
    await folder.write('node', weak);
    await loaded.refresh();
    expect(loaded.current().version).toBe(1);
    expect(lines).toEqual([
      expect.stringMatching(/^warning: .* can't be used: .*key too small/) as string,
    ]);
    await expect(TlsServer.load({ name: 'in', cert, key }, options)).rejects.toMatchObject({
      code: 'invalid-configuration',
    });
  });

  it('of CAs count as well', async () => {
    const files = await folder.write('node', node);
    const stranger = issue('stranger', { ca: true });
    const cas = await folder.write('cas', stranger);
    const client = await TlsClient.load({ name: 'out', rootCas: cas.cert }, options);
    open.push(client);
    expect(client.verifyServer([node.der], { nodeId: 'a' })?.code).toBe('untrusted');
    await folder.write('cas', stranger, ca);
    await client.refresh();
    expect(client.verifyServer([node.der], { nodeId: 'a' })).toBeUndefined();
    expect(files.cert).toContain('node');
  });
});

describe('a certificate about to expire', () => {
  it('is warned of 30, 7 and 1 days before, and when it has expired, once each', async () => {
    const end = Date.parse('2089-01-01T00:00:00Z');
    let now = end - 31 * DAY;
    const files = await folder.write('node', node);
    const loaded = await server({ name: 'in', ...files }, { ...options, now: () => now });
    const days: number[] = [];
    for (; now <= end + 2 * DAY; now += DAY / 4) {
      const before = lines.length;
      await loaded.refresh();
      if (lines.length > before) days.push((end - now) / DAY);
    }
    expect(days).toEqual([30, 7, 1, 0]);
    expect(lines).toEqual([
      'warning: TLS configuration in: the certificate of CN=node expires in less than 30 days, on 2089-01-01T00:00:00Z',
      'warning: TLS configuration in: the certificate of CN=node expires in less than 7 days, on 2089-01-01T00:00:00Z',
      'warning: TLS configuration in: the certificate of CN=node expires in less than 1 day, on 2089-01-01T00:00:00Z',
      'warning: TLS configuration in: the certificate of CN=node expired on 2089-01-01T00:00:00Z',
    ]);
  });

  it('is warned of at once when little is left, and no more when it is replaced', async () => {
    const end = Date.parse('2089-01-01T00:00:00Z');
    const files = await folder.write('node', node);
    const clock = { ...options, now: () => end - 2 * DAY };
    await server({ name: 'in', ...files }, clock);
    expect(lines).toEqual([expect.stringContaining('less than 7 days')]);
  });
});
