import { randomBytes } from 'node:crypto';
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { serveUdpClient } from './serve-udp-client.js';
import { serveUdpServer } from './serve-udp-server.js';
import { afterTest, kept, LineLog, pair, portOf, type Member } from '../test-mesh.js';

async function udpSocket(port = 0): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(port, '127.0.0.1');
  await once(socket, 'listening');
  afterTest(() => {
    try {
      socket.close();
    } catch {
      // closed by the test
    }
  });
  return socket;
}

async function received(socket: Socket): Promise<Buffer> {
  const [payload] = (await once(socket, 'message')) as [Buffer, RemoteInfo];
  return payload;
}

/** Sends back what it gets. */
async function echoBackend(port?: number): Promise<Socket> {
  const socket = await udpSocket(port);
  socket.on('message', (payload, { address, port: to }) => socket.send(payload, to, address));
  return socket;
}

interface Options {
  readonly backendPort: number;
  readonly log?: LineLog;
  readonly maxFlows?: number;
  readonly flowIdleMs?: number;
}

/** Both proxies; returns the port that leads to the backend. */
async function proxies(near: Member, far: Member, options: Options): Promise<number> {
  const { backendPort, ...rest } = options;
  await kept(
    serveUdpClient(far.node, { service: 'udp', host: '127.0.0.1', port: backendPort, ...rest }),
  );
  const server = await kept(
    serveUdpServer(near.node, {
      host: '127.0.0.1',
      port: 0,
      remoteNode: 'far',
      remoteService: 'udp',
      ...rest,
    }),
  );
  return portOf(server.address);
}

describe('udp proxies', () => {
  it('carry datagrams of every size the mesh takes, to the right source and back', async () => {
    const { near, far } = await pair();
    const backend = await echoBackend();
    const port = await proxies(near, far, { backendPort: backend.address().port });
    const sources = await Promise.all([udpSocket(), udpSocket(), udpSocket()]);
    for (const size of [0, 1, 1400, 9000, 16_384]) {
      await Promise.all(
        sources.map(async (source) => {
          const payload = randomBytes(size);
          const answer = received(source);
          source.send(payload, port, '127.0.0.1');
          expect((await answer).equals(payload)).toBe(true);
        }),
      );
    }
  });

  it('are advertised with type and address', async () => {
    const { near, far } = await pair();
    const proxy = await serveUdpClient(far.node, { service: 'udp', host: '127.0.0.1', port: 9 });
    const seen = (): unknown =>
      near.node.status().advertisements.find(({ service }) => service === 'udp');
    await expect.poll(seen).toMatchObject({
      nodeId: 'far',
      connectionType: 0,
      tags: { type: 'UDP Proxy', address: '127.0.0.1:9' },
    });
    await proxy.close();
    await expect.poll(seen).toBeUndefined();
  });

  it('D17: a source is answered again after its backend had refused it', async () => {
    const { near, far } = await pair();
    const log = new LineLog();
    const first = await echoBackend();
    const backendPort = first.address().port;
    const port = await proxies(near, far, { backendPort, log });
    const source = await udpSocket();
    first.close();
    source.send('lost', port, '127.0.0.1');
    expect(await log.line(/ECONNREFUSED/)).toMatch(/^warning udp-client udp to .*: dropped 1 /);
    await echoBackend(backendPort);
    const answer = received(source);
    source.send('again', port, '127.0.0.1');
    expect((await answer).toString()).toBe('again');
  });

  it('D17: flows end when nothing has passed for a while', async () => {
    const { near, far } = await pair();
    const backend = await echoBackend();
    const backendPort = backend.address().port;
    const port = await proxies(near, far, { backendPort, flowIdleMs: 50 });
    const source = await udpSocket();
    const answer = received(source);
    source.send('x', port, '127.0.0.1');
    await answer;
    await expect.poll(() => near.node.openServices).toBe(0);
    const next = received(source);
    source.send('y', port, '127.0.0.1');
    expect((await next).toString()).toBe('y');
  });

  it('serve a bounded number of sources, the longest quiet gives way', async () => {
    const { near, far } = await pair();
    const backend = await echoBackend();
    const backendPort = backend.address().port;
    const port = await proxies(near, far, { backendPort, maxFlows: 2 });
    for (const source of await Promise.all([udpSocket(), udpSocket(), udpSocket(), udpSocket()])) {
      const answer = received(source);
      source.send('x', port, '127.0.0.1');
      await answer;
      expect(near.node.openServices).toBeLessThanOrEqual(2);
    }
  });

  it('take answers from the configured node and service only', async () => {
    const { near, far } = await pair();
    const log = new LineLog();
    const service = far.node.openDatagram('udp');
    const stranger = far.node.openDatagram('other');
    const server = await kept(
      serveUdpServer(near.node, {
        host: '127.0.0.1',
        port: 0,
        remoteNode: 'far',
        remoteService: 'udp',
        log,
      }),
    );
    const source = await udpSocket();
    source.send('question', portOf(server.address), '127.0.0.1');
    const [payload, fromNode, fromService] = (await once(service, 'message')) as unknown[];
    expect(String(payload)).toBe('question');
    const answer = received(source);
    stranger.send(String(fromNode), String(fromService), Buffer.from('forged'));
    await log.line(/dropped 1 .*an answer from far:other/);
    service.send(String(fromNode), String(fromService), Buffer.from('true'));
    expect((await answer).toString()).toBe('true');
  });

  it('say what they can not carry, once for many', async () => {
    const { near, far } = await pair();
    const log = new LineLog();
    const backend = await echoBackend();
    const port = await proxies(near, far, { backendPort: backend.address().port, log });
    const source = await udpSocket();
    const answer = received(source);
    for (let sent = 0; sent < 5; sent += 1) {
      source.send(Buffer.alloc(16_385), port, '127.0.0.1');
    }
    source.send('short enough', port, '127.0.0.1');
    expect((await answer).toString()).toBe('short enough');
    const said = log.lines.filter((line) => line.includes('too long'));
    expect(said).toEqual([
      expect.stringMatching(
        /^warning udp-server .*: dropped 1 \(1 in all\): .*16385 bytes.*too long/,
      ),
    ]);
  });

  it('say that nobody listens at the other end', async () => {
    const { near } = await pair();
    const log = new LineLog();
    const server = await kept(
      serveUdpServer(near.node, {
        host: '127.0.0.1',
        port: 0,
        remoteNode: 'far',
        remoteService: 'nosuch',
        log,
      }),
    );
    const source = await udpSocket();
    source.send('x', portOf(server.address), '127.0.0.1');
    await log.line(/dropped 1 \(1 in all\): service unknown/);
  });

  it('refuse to start on a port that is taken, or for a host without address', async () => {
    const { near } = await pair();
    const taken = await udpSocket();
    const remote = { remoteNode: 'far', remoteService: 'udp' };
    await expect(
      serveUdpServer(near.node, { host: '127.0.0.1', port: taken.address().port, ...remote }),
    ).rejects.toMatchObject({ code: 'listen-failed' });
    await expect(
      serveUdpClient(near.node, { service: 'udp', host: 'no.such.invalid', port: 1 }),
    ).rejects.toMatchObject({ code: 'invalid-address' });
    await expect(
      serveUdpClient(near.node, { service: 'ping', host: '127.0.0.1', port: 1 }),
    ).rejects.toMatchObject({ code: 'service-in-use' });
  });
});
