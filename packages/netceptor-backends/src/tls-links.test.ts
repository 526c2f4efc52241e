import { silentLogger } from '@receptorjs/primitives';
import { EventEmitter, once } from 'node:events';
import type { AddressInfo } from 'node:net';
import {
  createTlsServer,
  TlsClient,
  TlsServer,
  type TlsClientConfig,
  type TlsServerConfig,
} from '@receptorjs/certificates';
import { MeshNode } from '@receptorjs/netceptor';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { dialTcp } from './tcp/tcp-dialer.js';
import { listenTcp } from './tcp/tcp-listener.js';
import { fingerprint, TestAuthority, type Issued } from './test-authority.js';
import { dialWebSocket } from './ws/ws-dialer.js';
import { listenWebSocket } from './ws/ws-listener.js';

const host = '127.0.0.1';
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

let authority: TestAuthority;
let stranger: TestAuthority;
let issued: Issued;
beforeAll(async () => {
  [authority, stranger] = await Promise.all([
    TestAuthority.create(),
    TestAuthority.create('another CA'),
  ]);
  issued = await authority.issue('a');
}, 30_000);
afterAll(async () => {
  await Promise.all([authority.remove(), stranger.remove()]);
});

/** A node and what it warns of. */
function node(nodeId: string): { readonly node: MeshNode; warning(): Promise<string> } {
  const lines = new EventEmitter<{ line: [string] }>();
  const log = {
    ...silentLogger,
    warning: (message: string): void => void lines.emit('line', message),
  };
  const made = new MeshNode({ nodeId, log });
  cleanups.push(() => made.close());
  return { node: made, warning: async () => String((await once(lines, 'line'))[0]) };
}

async function server(
  files: Issued = issued,
  config: Partial<TlsServerConfig> = {},
): Promise<TlsServer> {
  const loaded = await TlsServer.load(
    { name: 'in', ...files, clientCas: authority.caFile, ...config },
    { nodeId: 'a' },
  );
  cleanups.push(() => loaded.close());
  return loaded;
}

async function client(config: Partial<TlsClientConfig> = {}, nodeId = 'a'): Promise<TlsClient> {
  const loaded = await TlsClient.load(
    { name: 'out', rootCas: authority.caFile, ...config },
    { nodeId },
  );
  cleanups.push(() => loaded.close());
  return loaded;
}

/** A listener with TLS that closes connections with a wrong certificate without a word; its port. */
async function mute(tls: TlsServer): Promise<number> {
  const listener = createTlsServer(tls, { accepted: (socket) => socket.destroy() });
  cleanups.push(() => listener.close());
  await once(listener.listen(0, host), 'listening');
  return (listener.address() as AddressInfo).port;
}

/** What either end says about a link that does not come about. */
async function refusal(
  ours: { readonly tls?: TlsServer },
  theirs: { readonly tls?: TlsClient; readonly host?: string },
): Promise<{ listener: Promise<string>; dialer: Promise<string> }> {
  const [a, b] = [node('a'), node('b')];
  const { address } = await listenTcp(a.node, { host, port: 0, ...ours });
  const listener = a.warning();
  const dialer = dialTcp(b.node, { host, port: address.port, redial: false, ...theirs }).then(
    () => once(b.node, 'link-up').then(() => 'it stands'),
    (error: unknown) => String(error),
  );
  return { listener, dialer };
}

// RSA keys take their time on a busy machine.
describe('a TLS link', { timeout: 30_000 }, () => {
  it('is not made with a certificate for another host', async () => {
    const other = await authority.issue('a', { ipAddress: ['192.0.2.1'] }, 'elsewhere');
    const { dialer } = await refusal({ tls: await server(other) }, { tls: await client() });
    expect(await dialer).toMatch(/could not connect to 127\.0\.0\.1:\d+: .*192\.0\.2\.1/);
  });

  it('is not made with a certificate of another CA', async () => {
    const { dialer } = await refusal(
      { tls: await server(await stranger.issue('a')) },
      { tls: await client() },
    );
    expect(await dialer).toMatch(/trusted|unknown authority/);
  });

  it('is not made with a certificate that has expired', async () => {
    const old = await authority.issue(
      'a',
      { notBefore: '2020-01-01T00:00:00Z', notAfter: '2021-01-01T00:00:00Z' },
      'old',
    );
    const { dialer } = await refusal({ tls: await server(old) }, { tls: await client() });
    expect(await dialer).toMatch(/expired/);
  });

  it('is not made without a client certificate where one is required', async () => {
    const { listener } = await refusal(
      { tls: await server(issued, { requireClientCert: true }) },
      { tls: await client() },
    );
    expect(await listener).toMatch(/^Refused a connection from 127\.0\.0\.1:\d+: .*certificate/);
  });

  it('tells a dialer whose certificate was refused why', async () => {
    const files = await stranger.issue('b');
    const [a, b] = [node('a'), node('b')];
    const tls = await server(issued, { requireClientCert: true });
    const { address } = await listenTcp(a.node, { host, port: 0, tls });
    const said = [a.warning(), b.warning()];
    await dialTcp(b.node, {
      host,
      port: address.port,
      redial: false,
      tls: await client(files, 'b'),
    });
    const why = 'certificate is signed by an unknown authority: CN=another CA';
    expect(await said[0]).toMatch(
      new RegExp(`^Refused a connection from 127\\.0\\.0\\.1:\\d+: ${why}$`),
    );
    expect(await said[1]).toBe(
      `Link tcp ${host}:${address.port} ended: the peer rejected the link: certificate not accepted: ${why}`,
    );
  });

  it('tells a dialer that is closed without a word where to look', async () => {
    const b = node('b');
    const tls = await server(issued, { requireClientCert: true });
    const port = await mute(tls);
    const said = b.warning();
    await dialTcp(b.node, { host, port, redial: false, tls: await client() });
    expect(await said).toContain("does not accept this node's certificate");
  });

  it('is made where the issuing CA alone is trusted, or the peer itself', async () => {
    const issuing = await TestAuthority.issuing(authority);
    cleanups.push(() => issuing.remove());
    const [ourFiles, theirFiles] = [await issuing.issue('a'), await issuing.issue('b')];
    for (const [clientCas, rootCas] of [
      [issuing.caFile, issuing.caFile],
      [theirFiles.cert, ourFiles.cert],
    ] as const) {
      const [a, b] = [node('a').node, node('b').node];
      const tls = await server(ourFiles, { requireClientCert: true, clientCas });
      const { address } = await listenTcp(a, { host, port: 0, tls });
      const theirs = await client({ ...theirFiles, rootCas }, 'b');
      await dialTcp(b, { host, port: address.port, tls: theirs });
      await Promise.all([a.reachable('b'), b.reachable('a')]);
    }
  });

  it('is not made with a certificate that has another fingerprint', async () => {
    const pinnedServerCert = [await fingerprint(authority.caFile, 'sha256')];
    const { dialer } = await refusal(
      { tls: await server() },
      { tls: await client({ pinnedServerCert }) },
    );
    expect(await dialer).toMatch(/fingerprint|pinned/);
  });

  it('is not made with a listener that has no TLS', async () => {
    const { dialer } = await refusal({}, { tls: await client() });
    expect(await dialer).toMatch(/could not connect to 127\.0\.0\.1:\d+: /);
  });

  it('stays as it is when the files change, and the next one uses them', async () => {
    const [a, b, c] = [node('a').node, node('b').node, node('c').node];
    const files = await authority.issue('a', {}, 'renewed');
    const tls = await server(files);
    const { address } = await listenTcp(a, { host, port: 0, tls });
    await dialTcp(b, { host, port: address.port, tls: await client() });
    await Promise.all([a.reachable('b'), b.reachable('a')]);
    const [upSince] = a.links().map(({ upSinceMs }) => upSinceMs);

    const before = tls.current().version;
    await authority.issue('a', {}, 'renewed');
    await tls.refresh();
    expect(tls.current().version).toBe(before + 1);
    const pinnedServerCert = [await fingerprint(files.cert, 'sha256')];
    await dialTcp(c, { host, port: address.port, tls: await client({ pinnedServerCert }) });
    await Promise.all([a.reachable('c'), c.reachable('a')]);
    expect(a.links().find(({ nodeId }) => nodeId === 'b')?.upSinceMs).toBe(upSince);
    expect((await b.ping('a')).from).toBe('a');
  });
});

describe('a wss peer', () => {
  it('that closes instead of answering tells the dialer where to look', async () => {
    const b = node('b').node;
    const url = `wss://${host}:${await mute(await server(issued, { requireClientCert: true }))}`;
    await expect(
      dialWebSocket(b, { url, redial: false, tls: await client() }),
    ).rejects.toMatchObject({
      message: expect.stringContaining("does not accept this node's certificate") as unknown,
    });
  });

  it('that does not accept a certificate tells the dialer why', async () => {
    const [a, b] = [node('a').node, node('b').node];
    const tls = await server(issued, { requireClientCert: true });
    const { address } = await listenWebSocket(a, { host, port: 0, tls });
    const target = `${host}:${address.port}`;
    const url = `wss://${target}`;
    const why = 'certificate not accepted: the client gave no certificate';
    await expect(
      dialWebSocket(b, { url, redial: false, tls: await client() }),
    ).rejects.toMatchObject({
      message: `could not connect to ${target}: Unexpected server response: 403: ${why}`,
    });
  });

  it('D13: needs no tls: the CAs of the system will do', async () => {
    const [a, b] = [node('a').node, node('b').node];
    const named = process.env['SSL_CERT_FILE'];
    process.env['SSL_CERT_FILE'] = authority.caFile;
    cleanups.push(() => {
      if (named === undefined) delete process.env['SSL_CERT_FILE'];
      else process.env['SSL_CERT_FILE'] = named;
    });
    const { address } = await listenWebSocket(a, { host, port: 0, tls: await server() });
    await dialWebSocket(b, { url: `wss://${host}:${address.port}` });
    await Promise.all([a.reachable('b'), b.reachable('a')]);
    expect((await b.ping('a')).from).toBe('a');
  });

  it('D13: is refused by CAs of the system that do not know its CA', async () => {
    const [a, b] = [node('a').node, node('b').node];
    const { address } = await listenWebSocket(a, { host, port: 0, tls: await server() });
    await expect(
      dialWebSocket(b, { url: `wss://${host}:${address.port}`, redial: false }),
    ).rejects.toMatchObject({ code: 'connect-failed' });
  });
});
