import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import type { DialStream, ListenStreams } from './proxy-types.js';
import { startTcpClientProxy } from './tcp-client-proxy.js';
import { startTcpServerProxy } from './tcp-server-proxy.js';

const closers: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A mesh of one service whose streams are TCP connections of this machine. */
async function pairMesh(): Promise<{ dial: DialStream; listen: ListenStreams }> {
  let accept: ((stream: Duplex) => void) | undefined;
  const { address } = await backend((socket) => {
    if (accept) accept(socket);
    else socket.destroy();
  });
  return {
    dial: async () => {
      const socket = connectTo(address);
      await once(socket, 'connect');
      return socket;
    },
    listen: (_service, _options, onStream) => {
      accept = onStream;
      return { close: () => (accept = undefined) };
    },
  };
}

/** All data up to the end; the stream stays open for writing. */
async function buffer(stream: Duplex): Promise<Buffer> {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(stream, 'end');
  return Buffer.concat(chunks);
}

async function text(stream: Duplex): Promise<string> {
  return (await buffer(stream)).toString();
}

function connectTo(address: string): Socket {
  const port = Number(address.split(':').at(-1));
  return connect({ host: '127.0.0.1', port, allowHalfOpen: true });
}

async function backend(
  onSocket: (socket: Socket) => void,
): Promise<{ server: Server; address: string }> {
  const server = createServer({ allowHalfOpen: true }, onSocket).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => server.close());
  return { server, address: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function serverProxyAddress(dial: DialStream, lines: string[] = []): Promise<string> {
  const log = {
    error: (line: string) => lines.push(line),
    warning: (line: string) => lines.push(line),
    info: () => undefined,
    debug: () => undefined,
  };
  const proxy = await startTcpServerProxy({
    port: 0,
    bindAddress: '127.0.0.1',
    remoteNode: 'far',
    remoteService: 'echo',
    dial,
    log,
    maxConnections: 2,
  });
  closers.push(() => proxy.close());
  return proxy.address;
}

describe('tcp proxies', () => {
  it('D15: a client that ends its side still gets the whole answer', async () => {
    const mesh = await pairMesh();
    const { address } = await backend((socket) => {
      void buffer(socket).then((all) => socket.end(all));
    });
    const exit = startTcpClientProxy({ service: 'echo', address, listen: mesh.listen });
    closers.push(() => exit.close());
    const socket = connectTo(await serverProxyAddress(mesh.dial));
    const payload = Buffer.alloc(1_000_000, 'x');
    socket.end(payload);
    expect((await buffer(socket)).equals(payload)).toBe(true);
  });

  it('D15: a backend that ends its side still gets what the client says', async () => {
    const mesh = await pairMesh();
    let heard: Promise<string> | undefined;
    const { address } = await backend((socket) => {
      socket.end('hello');
      heard = text(socket);
    });
    const exit = startTcpClientProxy({ service: 'echo', address, listen: mesh.listen });
    closers.push(() => exit.close());
    const socket = connectTo(await serverProxyAddress(mesh.dial));
    expect(await text(socket)).toBe('hello');
    socket.end('late words');
    await once(socket, 'close');
    expect(await heard).toBe('late words');
  });

  it('D16: a failed dial closes the accepted connection at once and says why', async () => {
    const lines: string[] = [];
    const socket = connectTo(
      await serverProxyAddress(() => Promise.reject(new Error('service unknown')), lines),
    );
    expect(await text(socket)).toBe('');
    expect(lines.join()).toMatch(/to far:echo: connection failed: service unknown/);
  });

  it('D16: a dead backend closes the stream at once', async () => {
    const mesh = await pairMesh();
    const { server, address } = await backend(() => undefined);
    server.close();
    const exit = startTcpClientProxy({ service: 'echo', address, listen: mesh.listen });
    closers.push(() => exit.close());
    const stream = await mesh.dial('far', 'echo', { signal: new AbortController().signal });
    expect(await text(stream)).toBe('');
  });

  it('a slow dial does not keep others waiting, and is given up when its client goes', async () => {
    const mesh = await pairMesh();
    const { address } = await backend((socket) => socket.pipe(socket));
    const exit = startTcpClientProxy({ service: 'echo', address, listen: mesh.listen });
    closers.push(() => exit.close());
    let given: (() => void) | undefined;
    const givenUp = new Promise<void>((resolve) => (given = resolve));
    let first = true;
    const proxy = await serverProxyAddress((node, service, options) => {
      if (!first) return mesh.dial(node, service, options);
      first = false;
      return new Promise((_resolve, reject) => {
        options.signal.addEventListener('abort', () => {
          given?.();
          reject(new Error('given up'));
        });
      });
    });
    const slow = connectTo(proxy);
    await once(slow, 'connect');
    const quick = connectTo(proxy);
    quick.end('ping');
    expect(await text(quick)).toBe('ping');
    slow.resetAndDestroy();
    await givenUp;
  });

  it('refuses connections beyond its bound', async () => {
    const lines: string[] = [];
    const proxy = await serverProxyAddress(() => new Promise(() => undefined), lines);
    const sockets = [connectTo(proxy), connectTo(proxy)];
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    const third = connectTo(proxy);
    expect(await text(third)).toBe('');
    expect(lines.join()).toMatch(/connection refused, 2 are open/);
  });

  it('an address without a port is refused', async () => {
    const { listen } = await pairMesh();
    expect(() => startTcpClientProxy({ service: 's', address: 'host', listen })).toThrow(
      /host:port is needed/,
    );
  });
});
