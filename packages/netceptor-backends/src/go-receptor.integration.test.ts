import { silentLogger } from '@receptorjs/primitives';
import { EventEmitter, once } from 'node:events';
import {
  TlsClient,
  TlsServer,
  type TlsClientConfig,
  type TlsServerConfig,
} from '@receptorjs/certificates';
import { MeshNode } from '@receptorjs/netceptor';
import { freePort, GoReceptor, goReceptor, skipsWithoutGo } from '@receptorjs/tooling-test-peers';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { Dialer } from './dialer.js';
import type { Listener } from './listener.js';
import { dialTcp } from './tcp/tcp-dialer.js';
import { listenTcp } from './tcp/tcp-listener.js';
import { fingerprint, TestAuthority } from './test-authority.js';
import { startProxy, type TestProxy } from './test-proxy.js';
import { relayUdp } from './conformance/relay-udp.js';
import { dialUdp } from './udp/udp-dialer.js';
import { listenUdp } from './udp/udp-listener.js';
import { dialWebSocket } from './ws/ws-dialer.js';
import { listenWebSocket } from './ws/ws-listener.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function ours(nodeId: string): MeshNode {
  const node = new MeshNode({ nodeId });
  cleanups.push(() => node.close());
  return node;
}

async function theirs(
  nodeId: string,
  items: readonly object[],
  environment: Readonly<Record<string, string>> = {},
): Promise<GoReceptor> {
  const started = await GoReceptor.start(nodeId, items, { environment });
  cleanups.push(() => started.stop());
  return started;
}

/** One way to link, in both roles. */
interface Way {
  readonly name: string;
  readonly goListener: (port: number) => readonly object[];
  readonly goPeer: (port: number) => readonly object[];
  readonly listen: (node: MeshNode, port: number) => Promise<Listener>;
  readonly dial: (node: MeshNode, port: number) => Promise<Dialer>;
}

const host = '127.0.0.1';
const bind = (port: number): object => ({ bindaddr: host, port });

const ways: readonly Way[] = [
  {
    name: 'TCP',
    goListener: (port) => [{ 'tcp-listener': bind(port) }],
    goPeer: (port) => [{ 'tcp-peer': { address: `${host}:${port}` } }],
    listen: (node, port) => listenTcp(node, { host, port }),
    dial: (node, port) => dialTcp(node, { host, port }),
  },
  {
    name: 'UDP',
    goListener: (port) => [{ 'udp-listener': bind(port) }],
    goPeer: (port) => [{ 'udp-peer': { address: `${host}:${port}` } }],
    listen: (node, port) => listenUdp(node, { host, port }),
    dial: (node, port) => dialUdp(node, { host, port }),
  },
  {
    name: 'WebSocket',
    goListener: (port) => [{ 'ws-listener': bind(port) }],
    goPeer: (port) => [{ 'ws-peer': { address: `ws://${host}:${port}` } }],
    listen: (node, port) => listenWebSocket(node, { host, port }),
    dial: (node, port) => dialWebSocket(node, { url: `ws://${host}:${port}` }),
  },
  {
    name: 'WebSocket with a path and a header',
    goListener: (port) => [{ 'ws-listener': { ...bind(port), path: '/mesh' } }],
    goPeer: (port) => [
      { 'ws-peer': { address: `ws://${host}:${port}/mesh`, extraheader: 'X-Site: far' } },
    ],
    listen: (node, port) => listenWebSocket(node, { host, port, path: '/mesh' }),
    dial: (node, port) =>
      dialWebSocket(node, { url: `ws://${host}:${port}/mesh`, extraHeader: 'X-Site: near' }),
  },
];

const root = await TestAuthority.create();
const authority = await TestAuthority.issuing(root);
const [our, their] = await Promise.all([authority.issue('ours'), authority.issue('go')]);
/** The CA that issues, which no root is needed beside. */
const rootcas = authority.caFile;
const loaded: { close(): void }[] = [];
afterAll(async () => {
  for (const each of loaded) each.close();
  await Promise.all([authority.remove(), root.remove()]);
});

/** What the ends of a TLS link ask of each other, in the words of the configuration. */
interface TlsRules {
  readonly name: string;
  readonly server: Readonly<Record<string, unknown>>;
  readonly client: Readonly<Record<string, unknown>>;
  readonly ourServer: Partial<TlsServerConfig>;
  readonly ourClient: Partial<TlsClientConfig>;
}

async function pins(cert: string): Promise<readonly string[]> {
  return Promise.all([fingerprint(cert, 'sha256'), fingerprint(cert, 'sha512')]);
}

const [ourPins, theirPins] = await Promise.all([pins(our.cert), pins(their.cert)]);

const rules: readonly TlsRules[] = [
  { name: 'TLS', server: {}, client: {}, ourServer: {}, ourClient: {} },
  {
    name: 'TLS 1.3 and certificates at both ends',
    server: { requireclientcert: true, clientcas: rootcas, mintls13: true },
    client: { mintls13: true },
    ourServer: { requireClientCert: true, clientCas: rootcas, minTls13: true },
    ourClient: { minTls13: true },
  },
  {
    name: 'TLS and sha256 fingerprints at both ends',
    server: {
      requireclientcert: true,
      clientcas: rootcas,
      pinnedclientcert: ourPins.slice(0, 1),
    },
    client: { pinnedservercert: ourPins.slice(0, 1) },
    ourServer: {
      requireClientCert: true,
      clientCas: rootcas,
      pinnedClientCert: theirPins.slice(0, 1),
    },
    ourClient: { pinnedServerCert: theirPins.slice(0, 1) },
  },
  {
    name: 'TLS and sha512 fingerprints at both ends',
    server: { requireclientcert: true, clientcas: rootcas, pinnedclientcert: ourPins.slice(1) },
    client: { pinnedservercert: ourPins.slice(1) },
    ourServer: {
      requireClientCert: true,
      clientCas: rootcas,
      pinnedClientCert: theirPins.slice(1),
    },
    ourClient: { pinnedServerCert: theirPins.slice(1) },
  },
  {
    name: 'TLS where the root alone is trusted',
    server: { requireclientcert: true, clientcas: root.caFile },
    client: { rootcas: root.caFile },
    ourServer: { requireClientCert: true, clientCas: root.caFile },
    ourClient: { rootCas: root.caFile },
  },
  {
    name: 'TLS that neither end verifies',
    server: {},
    client: { insecureskipverify: true, rootcas: '' },
    ourServer: {},
    ourClient: { insecureSkipVerify: true, rootCas: '' },
  },
];

async function secureWays({
  name,
  server,
  client,
  ourServer,
  ourClient,
}: TlsRules): Promise<Way[]> {
  const options = { nodeId: 'ours' };
  const tlsServer = await TlsServer.load({ name: 'in', ...our, ...ourServer }, options);
  const tlsClient = await TlsClient.load(
    { name: 'out', ...our, rootCas: rootcas, ...ourClient },
    options,
  );
  loaded.push(tlsServer, tlsClient);
  const goServer = { 'tls-server': { name: 'in', ...their, ...server } };
  const goClient = { 'tls-client': { name: 'out', ...their, rootcas, ...client } };
  return [
    {
      name: `TCP with ${name}`,
      goListener: (port) => [goServer, { 'tcp-listener': { ...bind(port), tls: 'in' } }],
      goPeer: (port) => [goClient, { 'tcp-peer': { address: `${host}:${port}`, tls: 'out' } }],
      listen: (node, port) => listenTcp(node, { host, port, tls: tlsServer }),
      dial: (node, port) => dialTcp(node, { host, port, tls: tlsClient }),
    },
    {
      name: `WebSocket with ${name}`,
      goListener: (port) => [goServer, { 'ws-listener': { ...bind(port), tls: 'in' } }],
      goPeer: (port) => [goClient, { 'ws-peer': { address: `wss://${host}:${port}`, tls: 'out' } }],
      listen: (node, port) => listenWebSocket(node, { host, port, tls: tlsServer }),
      dial: (node, port) => dialWebSocket(node, { url: `wss://${host}:${port}`, tls: tlsClient }),
    },
  ];
}

const allWays = [...ways, ...(await Promise.all(rules.map(secureWays))).flat()];

const withoutGo = skipsWithoutGo();

async function pingEachOther(us: MeshNode, go: GoReceptor): Promise<void> {
  await Promise.all([us.reachable('go'), go.reaches('ours')]);
  expect((await us.ping('go')).from).toBe('go');
  expect(JSON.parse(await go.command('ping ours'))).toMatchObject({ Success: true, From: 'ours' });
}

describe.skipIf(withoutGo).each(allWays)(
  `a link with a Go receptor over $name ${goReceptor.missing}`,
  (way) => {
    it('that we dial, also after it was killed and started again', async () => {
      const us = ours('ours');
      const port = await freePort();
      const go = await theirs('go', way.goListener(port));
      await way.dial(us, port);
      await pingEachOther(us, go);
      const down = once(us, 'link-down');
      await go.stop();
      await down;
      await pingEachOther(us, await theirs('go', way.goListener(port)));
    });

    it('that it dials', async () => {
      const us = ours('ours');
      const { address } = await way.listen(us, 0);
      await pingEachOther(us, await theirs('go', way.goPeer(address.port)));
    });
  },
);

describe.skipIf(withoutGo).each(ways)(
  `a Go receptor that dials over $name ${goReceptor.missing}`,
  (way) => {
    it('comes back after we were gone', async () => {
      const us = ours('ours');
      const { address, ...listener } = await way.listen(us, 0);
      const go = await theirs('go', way.goPeer(address.port));
      await pingEachOther(us, go);
      go.forgetLog();
      const down = once(us, 'link-down');
      await listener.close();
      await down;
      await way.listen(us, address.port);
      await pingEachOther(us, go);
    });
  },
);

it.skipIf(withoutGo)(
  `a Go receptor that misses our certificate is quoted in words ${goReceptor.missing}`,
  async () => {
    const authority = await TestAuthority.create();
    cleanups.push(() => authority.remove());
    const [port, wsPort, files] = await Promise.all([
      freePort(),
      freePort(),
      authority.issue('go'),
    ]);
    const server = { name: 'in', requireclientcert: true, clientcas: authority.caFile, ...files };
    await theirs('go', [
      { 'tls-server': server },
      { 'tcp-listener': { ...bind(port), tls: 'in' } },
      { 'ws-listener': { ...bind(wsPort), tls: 'in' } },
    ]);
    const tls = await TlsClient.load(
      { name: 'out', rootCas: authority.caFile },
      { nodeId: 'ours' },
    );
    cleanups.push(() => tls.close());
    const lines = new EventEmitter();
    const warning = (line: string): void => void lines.emit('line', line);
    const us = new MeshNode({ nodeId: 'ours', log: { ...silentLogger, warning } });
    cleanups.push(() => us.close());
    const warned = once(lines, 'line');
    await dialTcp(us, { host, port, redial: false, tls });
    const verdict = "the peer does not accept this node's certificate: certificate required";
    expect(await warned).toEqual([`Link tcp ${host}:${port} ended: ${verdict}`]);
    await expect(
      dialWebSocket(us, { url: `wss://${host}:${wsPort}`, redial: false, tls }),
    ).rejects.toMatchObject({ message: expect.stringContaining(verdict) as unknown });
  },
);

it.skipIf(withoutGo)(
  `a Go receptor that rejects us over UDP hears our hellos alone, and serves others ${goReceptor.missing}`,
  async () => {
    const port = await freePort();
    await theirs('go', [{ 'udp-listener': { ...bind(port), allowedpeers: ['good'] } }]);
    const heard = new Map<number, number>();
    const relay = await relayUdp(port, (_, from) => heard.set(from, (heard.get(from) ?? 0) + 1));
    cleanups.push(() => relay.close());
    const lines = new EventEmitter();
    const warning = (line: string): void => void lines.emit('line', line);
    const us = new MeshNode({ nodeId: 'bad', log: { ...silentLogger, warning } });
    cleanups.push(() => us.close());
    for (const service of ['one', 'two', 'three']) {
      us.advertise(service, { connectionType: 0, tags: {} });
    }
    for (let dials = 1; dials <= 20; dials++) {
      const ended = once(lines, 'line');
      const dialer = await dialUdp(us, { host, port: relay.address, redial: false });
      expect(await ended).toEqual([
        `Link udp ${host}:${relay.address} ended: the peer rejected the link`,
      ]);
      await dialer.close();
    }
    expect([...heard.values()]).toEqual(Array.from({ length: 20 }, () => 1));
    const good = ours('good');
    await dialUdp(good, { host, port });
    await good.reachable('go');
  },
);

describe.skipIf(withoutGo)(`a Go receptor behind an HTTP proxy ${goReceptor.missing}`, () => {
  const proxy = async (target: number): Promise<TestProxy> => {
    const started = await startProxy(target, 'me:secret');
    cleanups.push(() => started.close());
    return started;
  };
  const variable = ({ port }: TestProxy): Readonly<Record<string, string>> => ({
    HTTP_PROXY: `http://me:secret@${host}:${port}`,
  });

  it('is reached', async () => {
    const us = ours('ours');
    const port = await freePort();
    const go = await theirs('go', [{ 'ws-listener': bind(port) }]);
    const through = await proxy(port);
    await dialWebSocket(us, { url: 'ws://mesh.test:8080', environment: variable(through) });
    await pingEachOther(us, go);
    expect(through.asked).toEqual(['mesh.test:8080']);
  });

  it('reaches us', async () => {
    const us = ours('ours');
    const { address } = await listenWebSocket(us, { host, port: 0 });
    const through = await proxy(address.port);
    const peer = { 'ws-peer': { address: 'ws://mesh.test:8080' } };
    await pingEachOther(us, await theirs('go', [peer], variable(through)));
    expect(through.asked).toEqual(['mesh.test:8080']);
  });
});
