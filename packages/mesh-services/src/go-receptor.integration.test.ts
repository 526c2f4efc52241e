import { randomBytes } from 'node:crypto';
import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { connectTls, createTlsServer } from '@receptorjs/certificates';
import { listenTcp } from '@receptorjs/netceptor-backends';
import {
  freePort,
  GoReceptor,
  goReceptor,
  readUntil,
  skipsWithoutGo,
} from '@receptorjs/tooling-test-peers';
import { beforeEach, describe, expect, it } from 'vitest';
import { serveCommand } from './command/serve-command.js';
import { serveTcpClient } from './tcp/serve-tcp-client.js';
import { serveTcpServer } from './tcp/serve-tcp-server.js';
import { serveUdpClient } from './udp/serve-udp-client.js';
import { serveUdpServer } from './udp/serve-udp-server.js';
import { serveUnixClient } from './unix/serve-unix-client.js';
import { serveUnixServer } from './unix/serve-unix-server.js';
import { TestAuthority } from './test-authority.js';
import { afterTest, kept, member, portOf, reach, type Member } from './test-mesh.js';

const host = '127.0.0.1';
const remoteNode = 'go';
const withoutGo = skipsWithoutGo();

let folder: string;
let us: Member;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'go-services-'));
  afterTest(() => rm(folder, { recursive: true, force: true }));
  us = member('ours');
});

/** Starts a Go receptor linked with our node; resolves when both have routes. */
async function goWith(...items: object[]): Promise<void> {
  const { address } = await listenTcp(us.node, { host, port: 0 });
  const peer = { 'tcp-peer': { address: `${host}:${address.port}` } };
  const go = await GoReceptor.start('go', [peer, ...items]);
  afterTest(() => go.stop());
  await reach(us, 'go');
  await go.reaches('ours');
}

/** Where a server that sends back what it gets listens. */
async function echoAt(where: { port: number } | { path: string }): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  server.listen('port' in where ? { ...where, host } : where);
  await once(server, 'listening');
  afterTest(() => server.close());
  const bound = server.address();
  return typeof bound === 'object' && bound ? `${host}:${bound.port}` : String(bound);
}

function to(where: { port: number; host: string } | { path: string }): Socket {
  const socket = connect(where);
  socket.on('error', () => undefined);
  afterTest(() => socket.destroy());
  return socket;
}

/** Sends megabytes and expects them back unchanged; the Go side knows no half-close. */
async function expectEcho(connection: Duplex): Promise<void> {
  const data = randomBytes(2 << 20);
  const got: Buffer[] = [];
  let length = 0;
  const all = new Promise<void>((resolve, reject) => {
    connection.on('error', reject);
    connection.on('data', (chunk: Buffer) => {
      got.push(chunk);
      length += chunk.length;
      if (length >= data.length) resolve();
    });
  });
  connection.write(data);
  await all;
  expect(Buffer.concat(got).equals(data)).toBe(true);
}

async function udp(): Promise<UdpSocket> {
  const socket = createSocket('udp4').bind(0, host);
  await once(socket, 'listening');
  afterTest(() => socket.close());
  return socket;
}

async function expectDatagrams(port: number): Promise<void> {
  const socket = await udp();
  for (const size of [1, 1400, 16_384]) {
    const payload = randomBytes(size);
    const answer = once(socket, 'message') as Promise<[Buffer, RemoteInfo]>;
    socket.send(payload, port, host);
    expect((await answer)[0].equals(payload)).toBe(true);
  }
}

describe.skipIf(withoutGo)(`with a Go receptor ${goReceptor.missing}`, () => {
  it('tcp-server of Go to our tcp-client', async () => {
    const port = await freePort();
    const target = portOf(await echoAt({ port: 0 }));
    await kept(serveTcpClient(us.streams, { service: 'echo', host, port: target }));
    const proxy = { bindaddr: host, port, remotenode: 'ours', remoteservice: 'echo' };
    await goWith({ 'tcp-server': proxy });
    await expectEcho(to({ host, port }));
  });

  it('our tcp-server to tcp-client of Go', async () => {
    await goWith({ 'tcp-client': { service: 'echo', address: await echoAt({ port: 0 }) } });
    const proxy = await kept(
      serveTcpServer(us.streams, { host, port: 0, remoteNode, remoteService: 'echo' }),
    );
    await expectEcho(to({ host, port: portOf(proxy.address) }));
  });

  it('TLS on the local sides of TCP proxies of both', async () => {
    const authority = await TestAuthority.create();
    afterTest(() => authority.remove());
    const files = await authority.issue('go');
    const [server, client] = [
      await kept(authority.server('us')),
      await kept(authority.client('us')),
    ];
    const backend = createTlsServer(server, { accepted: (socket) => void socket.pipe(socket) });
    backend.listen(0, host);
    await once(backend, 'listening');
    afterTest(() => backend.close());
    const bound = backend.address();
    const target = typeof bound === 'object' && bound ? bound.port : 0;
    const port = await freePort();
    await goWith(
      { 'tls-server': { name: 'in', ...files, requireclientcert: true, clientcas: authority.ca } },
      { 'tls-client': { name: 'out', ...files, rootcas: authority.ca } },
      { 'tcp-client': { service: 'echo', address: `${host}:${target}`, tlsclient: 'out' } },
      {
        'tcp-server': {
          bindaddr: host,
          port,
          remotenode: 'ours',
          remoteservice: 'echo',
          tlsserver: 'in',
        },
      },
    );
    await kept(serveTcpClient(us.streams, { service: 'echo', host, port: target, tls: client }));
    const proxy = await kept(
      serveTcpServer(us.streams, { host, port: 0, remoteNode, remoteService: 'echo', tls: server }),
    );
    for (const entrance of [port, portOf(proxy.address)]) {
      const connection = await connectTls(client, { host, port: entrance });
      afterTest(() => connection.destroy());
      await expectEcho(connection);
    }
  });

  it('unix-socket-server of Go to our unix-socket-client', async () => {
    const [path, target] = [join(folder, 'in.sock'), join(folder, 'echo.sock')];
    await echoAt({ path: target });
    await kept(serveUnixClient(us.streams, { service: 'echo', filename: target }));
    const proxy = { filename: path, remotenode: 'ours', remoteservice: 'echo' };
    await goWith({ 'unix-socket-server': proxy });
    await expectEcho(to({ path }));
  });

  it('our unix-socket-server to unix-socket-client of Go', async () => {
    const [path, target] = [join(folder, 'in.sock'), join(folder, 'echo.sock')];
    await echoAt({ path: target });
    await goWith({ 'unix-socket-client': { service: 'echo', filename: target } });
    await kept(serveUnixServer(us.streams, { filename: path, remoteNode, remoteService: 'echo' }));
    await expectEcho(to({ path }));
  });

  it('udp-server of Go to our udp-client, and the other way round', async () => {
    const backend = await udp();
    backend.on('message', (payload, { address, port }) => backend.send(payload, port, address));
    const target = backend.address().port;
    const port = await freePort();
    await goWith(
      { 'udp-client': { service: 'theirs', address: `${host}:${target}` } },
      { 'udp-server': { bindaddr: host, port, remotenode: 'ours', remoteservice: 'udp' } },
    );
    await kept(serveUdpClient(us.node, { service: 'udp', host, port: target }));
    const proxy = await kept(
      serveUdpServer(us.node, { host, port: 0, remoteNode, remoteService: 'theirs' }),
    );
    await expectDatagrams(port);
    await expectDatagrams(portOf(proxy.address));
  });

  it('command-service of Go to our stream, and ours to a socket of Go', async () => {
    const path = join(folder, 'cmd.sock');
    await kept(serveCommand(us.streams, { service: 'ourcmd', command: 'cat' }));
    await goWith(
      { 'command-service': { service: 'cmd', command: 'cat' } },
      { 'unix-socket-server': { filename: path, remotenode: 'ours', remoteservice: 'ourcmd' } },
    );
    const theirs = await us.streams.dial('go', 'cmd');
    theirs.on('error', () => undefined);
    theirs.write('hello\n');
    await readUntil(theirs, /hello\r\nhello\r\n/);
    theirs.destroy();
    const ours = to({ path });
    ours.write('hello\n');
    await readUntil(ours, /hello\r\nhello\r\n/);
  });
});
