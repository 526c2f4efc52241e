import { silentLogger } from '@receptorjs/primitives';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { MeshNode } from '@receptorjs/netceptor';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { LinkServer } from './link-server.js';
import { createSocketServer, peerOf } from './tcp/socket-server.js';
import { dialTcp } from './tcp/tcp-dialer.js';
import { openTcpLink } from './tcp/tcp-link.js';
import { mutualTls } from './test-authority.js';

const host = '127.0.0.1';
const bounds = { all: { total: 40, perOrigin: 20 }, pending: { total: 15, perOrigin: 10 } };
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
let tls: Awaited<ReturnType<typeof mutualTls>>;
beforeAll(async () => {
  tls = await mutualTls('a');
}, 30_000);
afterAll(() => tls.close());

function node(nodeId: string, lines: string[] = []): MeshNode {
  const warning = (line: string): void => void lines.push(line);
  const made = new MeshNode({ nodeId, log: { ...silentLogger, warning } });
  closers.push(() => made.close());
  return made;
}

describe.each(['tcp', 'tcp with TLS'])('a server over %s', (kind) => {
  async function listen(lines: string[]): Promise<{ hub: MeshNode; port: number }> {
    const hub = node('hub', lines);
    const server = createSocketServer(
      hub,
      kind === 'tcp' ? undefined : tls.server,
      (socket) => links.add(openTcpLink(hub, socket, `tcp ${peerOf(socket)}`, {}), socket),
      () => Buffer.alloc(0),
    );
    const links = new LinkServer(hub, server, bounds);
    const listener = await links.listen({ host, port: 0 });
    closers.push(() => listener.close());
    return { hub, port: listener.address.port };
  }

  /** Connects and says nothing. */
  async function silent(port: number, localAddress: string): Promise<Socket> {
    const socket = connect({ host, port, localAddress });
    socket.on('error', () => undefined).resume();
    closers.push(() => socket.destroy());
    await once(socket, 'connect');
    return socket;
  }

  const dial = (from: MeshNode, port: number): Promise<unknown> =>
    dialTcp(from, { host, port, ...(kind === 'tcp' ? {} : { tls: tls.client }) });

  it('lets peers in while others connect and say nothing, and keeps the links it has', async () => {
    const lines: string[] = [];
    const { hub, port } = await listen(lines);
    const first = node('first');
    await dial(first, port);
    await hub.reachable('first');
    const sockets: Socket[] = [];
    for (let count = 0; count < 60; count++) {
      sockets.push(await silent(port, count % 3 === 0 ? host : '127.0.0.2'));
    }
    const second = node('second');
    await dial(second, port);
    await Promise.all([
      hub.reachable('second'),
      first.reachable('second'),
      second.reachable('first'),
    ]);
    expect((await second.ping('first')).from).toBe('first');
    expect(sockets.filter(({ destroyed }) => !destroyed).length).toBeLessThanOrEqual(15);
    expect(
      hub
        .links()
        .map(({ nodeId }) => nodeId)
        .sort(),
    ).toEqual(['first', 'second']);
    expect(lines.length).toBeLessThanOrEqual(60);
    // They gave way when others came, not when their time was over.
    expect(lines.filter((line) => /did not say|handshake took/.test(line))).toEqual([]);
  });

  it('has room for other addresses when one has as many links as it may', async () => {
    const { hub, port } = await listen([]);
    const many = Array.from({ length: 20 }, (_, at) => node(`n${at}`));
    await Promise.all(many.map((each) => dial(each, port)));
    await Promise.all(many.map((each) => hub.reachable(each.nodeId)));
    const more = await silent(port, host);
    await once(more, 'close');
    const other = await silent(port, '127.0.0.2');
    expect(other.destroyed).toBe(false);
    expect(hub.links()).toHaveLength(20);
  });
});
