import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { MeshNode } from '@receptorjs/netceptor';
import { afterEach, describe, expect, it } from 'vitest';
import { dialTcp } from './tcp-dialer.js';
import { listenTcp } from './tcp-listener.js';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function node(nodeId: string): MeshNode {
  const made = new MeshNode({ nodeId });
  cleanups.push(() => made.close());
  return made;
}

describe('a TCP link', () => {
  it('D3: outlives any bytes of a peer', async () => {
    const a = node('a');
    const { address } = await listenTcp(a, { host: '127.0.0.1', port: 0 });
    const socket = connect(address.port, '127.0.0.1');
    cleanups.push(() => void socket.destroy());
    await once(socket, 'connect');
    socket.write(Buffer.from('000001ff0200ffff', 'hex'));
    socket.write(Buffer.alloc(200_000, 0x41));
    socket.resume().end();
    await once(socket, 'close');
    const b = node('b');
    await dialTcp(b, address);
    await once(b, 'link-up');
    expect((await b.ping('a')).from).toBe('a');
  });

  it('refuses to listen where another does, and names the reason', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    cleanups.push(() => void taken.close());
    const { port } = taken.address() as AddressInfo;
    await expect(listenTcp(node('a'), { host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'listen-failed',
      cause: expect.objectContaining({ code: 'EADDRINUSE' }) as unknown,
    });
  });

  it('without redial says that nobody is there', async () => {
    await expect(
      dialTcp(node('a'), { host: '127.0.0.1', port: 1, redial: false }),
    ).rejects.toMatchObject({ code: 'connect-failed' });
  });

  it('checks costs before it opens anything', async () => {
    const options = { host: '127.0.0.1', port: 0, cost: -1 };
    await expect(listenTcp(node('a'), options)).rejects.toMatchObject({ code: 'invalid-cost' });
    await expect(dialTcp(node('b'), options)).rejects.toMatchObject({ code: 'invalid-cost' });
  });

  it('to a peer that stops reading holds no more than its bounds', async () => {
    const a = node('a');
    const sockets: Socket[] = [];
    const server = createServer((socket) => void sockets.push(socket.pause())).listen(
      0,
      '127.0.0.1',
    );
    await once(server, 'listening');
    cleanups.push(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    await dialTcp(a, { host: '127.0.0.1', port: (server.address() as AddressInfo).port });
    await once(server, 'connection');
    const [peer] = sockets;
    const hello = Buffer.from(
      '\x01{"NodeID":"deaf","UpdateID":"x","UpdateEpoch":1,"UpdateSequence":1,"Connections":{},"ForwardingNode":"deaf","SuspectedDuplicate":0}',
    );
    const prefix = Buffer.alloc(2);
    prefix.writeUInt16LE(hello.length);
    peer?.write(Buffer.concat([prefix, hello]));
    await once(a, 'link-up');
    const path = a.openDatagram().path('deaf', 'x');
    let blockedFor = 0;
    let sent = 0;
    // The link has no room left for a whole turn of the event loop only when the peer takes nothing.
    while (blockedFor < 50) {
      const room = path.reserve();
      if (room === undefined) {
        blockedFor++;
        await new Promise((resolve) => setImmediate(resolve));
      } else {
        blockedFor = 0;
        sent += room.length;
        path.commit(room.length);
      }
    }
    expect(sent).toBeLessThan(64 << 20);
    expect(path.reserve()).toBeUndefined();
  });
});
