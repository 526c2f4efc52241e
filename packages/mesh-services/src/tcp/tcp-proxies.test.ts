import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { duplexPair, type Duplex } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import type { AcceptedStream, StreamAcceptor, StreamDialer } from '../service-types.js';
import { serveTcpClient } from './serve-tcp-client.js';
import { serveTcpServer } from './serve-tcp-server.js';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A mesh of one service whose streams are TCP connections of this machine. */
async function pairMesh(): Promise<StreamDialer & StreamAcceptor> {
  let accept: ((stream: Duplex) => void) | undefined;
  const { port } = await backend((socket) => {
    if (accept) accept(socket);
    else socket.destroy();
  });
  return {
    dial: async () => {
      const socket = connectTo(port);
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

function connectTo(port: number): Socket {
  return connect({ host: '127.0.0.1', port, allowHalfOpen: true });
}

async function backend(
  onSocket: (socket: Socket) => void,
): Promise<{ server: Server; port: number }> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    onSocket(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => server.close());
  return { server, port: (server.address() as AddressInfo).port };
}

async function serverProxyPort(
  streams: StreamDialer,
  lines: string[] = [],
  maxConnections = 2,
): Promise<number> {
  const log = {
    error: (line: string) => lines.push(line),
    warning: (line: string) => lines.push(line),
    info: () => undefined,
    debug: () => undefined,
  };
  const proxy = await serveTcpServer(streams, {
    port: 0,
    host: '127.0.0.1',
    remoteNode: 'far',
    remoteService: 'echo',
    log,
    maxConnections,
  });
  closers.push(() => proxy.close());
  return Number(proxy.address.split(':').at(-1));
}

describe('tcp proxies', () => {
  it('D15: a client that ends its side still gets the whole answer', async () => {
    const mesh = await pairMesh();
    const { port } = await backend((socket) => {
      void buffer(socket).then((all) => socket.end(all));
    });
    const exit = await serveTcpClient(mesh, { service: 'echo', host: '127.0.0.1', port });
    closers.push(() => exit.close());
    const socket = connectTo(await serverProxyPort(mesh));
    const payload = Buffer.alloc(1_000_000, 'x');
    socket.end(payload);
    expect((await buffer(socket)).equals(payload)).toBe(true);
  });

  it('D15: a backend that ends its side still gets what the client says', async () => {
    const mesh = await pairMesh();
    let heard: Promise<string> | undefined;
    const { port } = await backend((socket) => {
      socket.end('hello');
      heard = text(socket);
    });
    const exit = await serveTcpClient(mesh, { service: 'echo', host: '127.0.0.1', port });
    closers.push(() => exit.close());
    const socket = connectTo(await serverProxyPort(mesh));
    expect(await text(socket)).toBe('hello');
    socket.end('late words');
    await once(socket, 'close');
    expect(await heard).toBe('late words');
  });

  it('D16: a failed dial closes the accepted connection at once and says why', async () => {
    const lines: string[] = [];
    const socket = connectTo(
      await serverProxyPort({ dial: () => Promise.reject(new Error('service unknown')) }, lines),
    );
    expect(await text(socket)).toBe('');
    expect(lines.join()).toMatch(/to far:echo: connection failed: service unknown/);
  });

  it('clients of what can not be reached make some lines and no more', async () => {
    const lines: string[] = [];
    const port = await serverProxyPort(
      { dial: () => Promise.reject(new Error('service unknown')) },
      lines,
    );
    for (let at = 0; at < 100; at++) expect(await text(connectTo(port))).toBe('');
    expect(lines.filter((line) => line.includes('connection failed'))).toHaveLength(60);
  });

  it('D16: a dead backend closes the stream at once', async () => {
    const mesh = await pairMesh();
    const { server, port } = await backend(() => undefined);
    server.close();
    const exit = await serveTcpClient(mesh, { service: 'echo', host: '127.0.0.1', port });
    closers.push(() => exit.close());
    const stream = await mesh.dial('far', 'echo', { signal: new AbortController().signal });
    expect(await text(stream)).toBe('');
  });

  it('a slow dial does not keep others waiting, and is given up when its client goes', async () => {
    const mesh = await pairMesh();
    const { port } = await backend((socket) => socket.pipe(socket));
    const exit = await serveTcpClient(mesh, { service: 'echo', host: '127.0.0.1', port });
    closers.push(() => exit.close());
    let given: (() => void) | undefined;
    const givenUp = new Promise<void>((resolve) => (given = resolve));
    let first = true;
    const proxy = await serverProxyPort({
      dial: (node, service, options) => {
        if (!first) return mesh.dial(node, service, options);
        first = false;
        return new Promise((_resolve, reject) => {
          options.signal.addEventListener('abort', () => {
            given?.();
            reject(new Error('given up'));
          });
        });
      },
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
    const mesh = await pairMesh();
    const { port } = await backend((socket) => socket.write('hello'));
    const exit = await serveTcpClient(mesh, { service: 'echo', host: '127.0.0.1', port });
    closers.push(() => exit.close());
    const proxy = await serverProxyPort(mesh, lines);
    const sockets = [connectTo(proxy), connectTo(proxy)];
    await Promise.all(sockets.map((socket) => once(socket, 'data')));
    for (let further = 0; further < 3; further += 1) {
      expect(await text(connectTo(proxy))).toBe('');
    }
    expect(lines).toHaveLength(1);
    expect(lines.join()).toMatch(/connection refused, 2 of address 127.0.0.1 are open/);
    for (const socket of sockets) socket.destroy();
  });

  it('lets a connection without data give way to a new one', async () => {
    const proxy = await serverProxyPort({ dial: () => new Promise(() => undefined) });
    const silent = connectTo(proxy);
    await once(silent, 'connect');
    const second = connectTo(proxy);
    await once(second, 'connect');
    const third = connectTo(proxy);
    expect(await text(silent)).toBe('');
    expect([second.destroyed, third.destroyed]).toEqual([false, false]);
    for (const socket of [second, third]) socket.destroy();
  });

  it('keeps a quarter of the connections for other nodes than the one with most', async () => {
    let accept: ((stream: AcceptedStream) => void) | undefined;
    const { port } = await backend((socket) => socket.write('hello'));
    const exit = await serveTcpClient(
      {
        listen: (_service, _options, onStream) => {
          accept = onStream;
          return { close: () => undefined };
        },
      },
      { service: 'echo', host: '127.0.0.1', port, maxConnections: 4 },
    );
    closers.push(() => exit.close());
    const open = async (remoteNode: string): Promise<boolean> => {
      const [near, far] = duplexPair();
      accept?.(Object.assign(far, { remoteNode }));
      if (far.destroyed) return false;
      await once(near, 'data');
      return true;
    };
    const answers: boolean[] = [];
    for (const node of ['greedy', 'greedy', 'greedy', 'greedy', 'other', 'other']) {
      answers.push(await open(node));
    }
    expect(answers).toEqual([true, true, true, false, true, false]);
  });
});
