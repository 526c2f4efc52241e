import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, Socket, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, type Duplex } from 'node:stream';
import {
  connectTls,
  createTlsServer,
  type TlsClient,
  type TlsServer,
} from '@receptorjs/certificates';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunningService, StreamAcceptor, StreamDialer } from '../service-types.js';
import { serveTcpClient } from '../tcp/serve-tcp-client.js';
import { serveTcpServer } from '../tcp/serve-tcp-server.js';
import { serveUnixClient } from '../unix/serve-unix-client.js';
import { serveUnixServer } from '../unix/serve-unix-server.js';
import { TestAuthority } from '../test-authority.js';
import { afterTest, kept, LineLog, pair, portOf, type Member } from '../test-mesh.js';

/** A proxy that takes local connections into the mesh. */
interface Entrance {
  readonly name: 'tcp-server' | 'unix-socket-server' | 'tcp-server with TLS';
  serve(streams: StreamDialer, remoteService: string, log?: LineLog): Promise<RunningService>;
  connect(address: string): Promise<Duplex>;
}

/** A proxy that leads from the mesh to local connections. */
interface Exit {
  readonly name: 'tcp-client' | 'unix-socket-client' | 'tcp-client with TLS';
  /** Listens for what the proxy connects to. */
  backend(onConnection: (connection: Duplex) => void): Promise<Server>;
  serve(streams: StreamAcceptor, server: Server, log?: LineLog): Promise<RunningService>;
}

let authority: TestAuthority;
let tlsServer: TlsServer;
let tlsClient: TlsClient;
let folder: string;
let sockets = 0;
const socketPath = (): string => join(folder, `${(sockets += 1)}.sock`);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stream-proxies-'));
  authority = await TestAuthority.create();
  tlsServer = await authority.server('server');
  tlsClient = await authority.client('client');
});
afterAll(async () => {
  tlsServer.close();
  tlsClient.close();
  await authority.remove();
  await rm(folder, { recursive: true, force: true });
});

async function connected(
  where: { port: number; host: string } | { path: string },
): Promise<Socket> {
  const socket = connect({ ...where, allowHalfOpen: true });
  await once(socket, 'connect');
  return socket;
}

async function listening(
  server: Server,
  where: { port: number } | { path: string },
): Promise<Server> {
  server.listen({ host: '127.0.0.1', ...where });
  await once(server, 'listening');
  afterTest(() => server.close());
  return server;
}

const portBehind = (server: Server): number => (server.address() as AddressInfo).port;
const host = '127.0.0.1';
const remoteNode = 'far';

const entrances: Entrance[] = [
  {
    name: 'tcp-server',
    serve: (streams, remoteService, log) =>
      serveTcpServer(streams, { host, port: 0, remoteNode, remoteService, log }),
    connect: (address) => connected({ host, port: portOf(address) }),
  },
  {
    name: 'unix-socket-server',
    serve: (streams, remoteService, log) =>
      serveUnixServer(streams, { filename: socketPath(), remoteNode, remoteService, log }),
    connect: (path) => connected({ path }),
  },
  {
    name: 'tcp-server with TLS',
    serve: (streams, remoteService, log) =>
      serveTcpServer(streams, { host, port: 0, remoteNode, remoteService, log, tls: tlsServer }),
    connect: (address) => connectTls(tlsClient, { host, port: portOf(address) }),
  },
];

const service = 'echo';
const exits: Exit[] = [
  {
    name: 'tcp-client',
    backend: (take) => listening(createServer({ allowHalfOpen: true }, take), { port: 0 }),
    serve: (streams, server, log) =>
      serveTcpClient(streams, { service, host, port: portBehind(server), log }),
  },
  {
    name: 'unix-socket-client',
    backend: (take) =>
      listening(createServer({ allowHalfOpen: true }, take), { path: socketPath() }),
    serve: (streams, server, log) =>
      serveUnixClient(streams, { service, filename: server.address() as string, log }),
  },
  {
    name: 'tcp-client with TLS',
    backend: (take) => listening(createTlsServer(tlsServer, { accepted: take }), { port: 0 }),
    serve: (streams, server, log) =>
      serveTcpClient(streams, { service, host, port: portBehind(server), tls: tlsClient, log }),
  },
];

/** Ends the connection when its peer does, and resolves when it is closed, with its error if it had one. */
function closed(connection: Duplex): Promise<Error | undefined> {
  return new Promise((resolve) => {
    let failure: Error | undefined;
    connection.on('error', (error) => {
      failure = error;
    });
    connection.once('end', () => connection.end());
    connection.resume();
    if (connection.closed) resolve(failure);
    else connection.once('close', () => resolve(failure));
  });
}

/** Ends a connection before its time, with a reset where there is one. */
function breakOff(connection: Duplex): void {
  connection.on('error', () => undefined);
  if (connection instanceof Socket && !('encrypted' in connection) && connection.remoteFamily) {
    connection.resetAndDestroy();
  } else connection.destroy();
}

/** All data up to the end; the connection stays open for writing. */
async function buffer(connection: Duplex): Promise<Buffer> {
  const chunks: Buffer[] = [];
  connection.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(connection, 'end');
  return Buffer.concat(chunks);
}

/** Sends back what it gets, and ends when the other side does. */
function echo(connection: Duplex): void {
  connection.on('error', () => undefined);
  connection.pipe(connection);
}

let near: Member;
let far: Member;
beforeEach(async () => {
  ({ near, far } = await pair());
});

const table = entrances.flatMap((entrance) =>
  exits.map((exit) => ({ entrance, exit, names: `${entrance.name} to ${exit.name}` })),
);

describe.each(table)('$names', ({ entrance, exit, names }) => {
  /** Both proxies before a backend; returns what opens connections through them. */
  async function through(take: (connection: Duplex) => void): Promise<() => Promise<Duplex>> {
    await kept(exit.serve(far.streams, await exit.backend(take)));
    const proxy = await kept(entrance.serve(near.streams, service));
    return () => entrance.connect(proxy.address);
  }

  it('D15: a client that ends its side still gets the whole answer', async () => {
    const open = await through((backend) => {
      void buffer(backend).then((all) => backend.end(all));
    });
    const client = await open();
    const payload = randomBytes(1_000_000);
    client.end(payload);
    expect((await buffer(client)).equals(payload)).toBe(true);
  });

  it('D15: a client that ends its side without a word still gets the answer', async () => {
    const open = await through((backend) => {
      void buffer(backend).then((all) => backend.end(`${all.length} bytes`));
    });
    const client = await open();
    client.end();
    expect((await buffer(client)).toString()).toBe('0 bytes');
  });

  it('D15: a backend that ends its side still gets what the client says', async () => {
    const heard = new Promise<string>((resolve) => {
      void through((backend) => {
        backend.end('hello');
        void buffer(backend).then((all) => resolve(all.toString()));
      })
        .then((open) => open())
        .then(async (client) => {
          client.end(`${(await buffer(client)).toString()} and late words`);
        });
    });
    expect(await heard).toBe('hello and late words');
  });

  it('D16: a backend that is not there closes the connection at once', async () => {
    const backend = await exit.backend(() => undefined);
    const log = new LineLog();
    await kept(exit.serve(far.streams, backend, log));
    await new Promise((resolve) => backend.close(resolve));
    const proxy = await kept(entrance.serve(near.streams, service));
    await closed(await entrance.connect(proxy.address));
    expect(await log.line(/^error .*connection failed/)).toMatch(/ECONNREFUSED|ENOENT/);
  });

  it('waits for a slow reader', async () => {
    const total = 48 << 20;
    let first: ((backend: Duplex) => void) | undefined;
    const opened = new Promise<Duplex>((resolve) => (first = resolve));
    const open = await through((backend) => {
      if (!first) echo(backend);
      else first(backend.pause());
      first = undefined;
    });
    const client = await open();
    client.on('error', () => undefined);
    const slow = await opened;
    const sum = createHash('sha256');
    let taken = 0;
    const source = new Readable({
      read() {
        const chunk = randomBytes(Math.min(65_536, total - taken));
        taken += chunk.length;
        sum.update(chunk);
        this.push(chunk.length === 0 ? null : chunk);
      },
    });
    source.pipe(client);
    // others get through meanwhile, until it does not move any more
    for (let before = -1; before !== taken;) {
      before = taken;
      const other = await open();
      const payload = randomBytes(1 << 20);
      other.end(payload);
      expect((await buffer(other)).equals(payload)).toBe(true);
    }
    expect(taken).toBeLessThan(total);
    const got = createHash('sha256');
    slow.on('data', (chunk: Buffer) => got.update(chunk)).resume();
    await once(slow, 'end');
    slow.end();
    expect(taken).toBe(total);
    expect(got.digest('hex')).toBe(sum.digest('hex'));
  });

  it('hands on that the client broke off', async () => {
    let opened: (backend: Duplex) => void;
    const backend = new Promise<Duplex>((resolve) => (opened = resolve));
    const open = await through((connection) => opened(connection));
    const client = await open();
    client.write('half of it');
    const side = await backend;
    await once(side, 'readable');
    const end = closed(side);
    breakOff(client);
    const error = await end;
    if (names === 'tcp-server to tcp-client') expect(error).toMatchObject({ code: 'ECONNRESET' });
  });

  it('hands on that the backend broke off', async () => {
    const open = await through((backend) => {
      backend.once('data', () => breakOff(backend));
    });
    const client = await open();
    client.write('half of it');
    const error = await closed(client);
    if (names === 'tcp-server to tcp-client') expect(error).toMatchObject({ code: 'ECONNRESET' });
  });

  it('carries 100 connections at once', async () => {
    const open = await through(echo);
    await Promise.all(
      Array.from({ length: 100 }, async () => {
        const client = await open();
        const payload = randomBytes(20_000);
        client.end(payload);
        expect((await buffer(client)).equals(payload)).toBe(true);
      }),
    );
  });

  it('ends what it carries when it is closed', async () => {
    const accepted: Duplex[] = [];
    const backend = await exit.backend((connection) => {
      accepted.push(connection);
      echo(connection);
    });
    const out = await exit.serve(far.streams, backend);
    const way = await entrance.serve(near.streams, service);
    const clients = await Promise.all([1, 2, 3, 4].map(() => entrance.connect(way.address)));
    for (const client of clients) {
      client.write('x');
      await once(client, 'data');
    }
    const ends = clients.map(closed);
    await way.close();
    await Promise.all(ends);
    await expect(entrance.connect(way.address)).rejects.toThrow(/ECONNREFUSED|ENOENT/);
    await out.close();
    await Promise.all(accepted.map(closed));
    await expect.poll(() => far.node.status().advertisements.length).toBe(0);
  });
});

describe.each(entrances)('$name', (entrance) => {
  it('D16: a service that is not there closes the connection at once', async () => {
    const log = new LineLog();
    const proxy = await kept(entrance.serve(near.streams, 'nosuch', log));
    await closed(await entrance.connect(proxy.address));
    await log.line(/^error .* to far:nosuch: connection failed: service unknown/);
  });

  it('D16: a node that is not there closes the connection at once', async () => {
    const log = new LineLog();
    await far.node.close();
    await expect.poll(() => near.node.isReachable('far')).toBe(false);
    const proxy = await kept(entrance.serve(near.streams, service, log));
    await closed(await entrance.connect(proxy.address));
    await log.line(/^error .* to far:echo: connection failed: no route to node/);
  });
});

describe('TLS', () => {
  it('refuses clients without a certificate, and says so', async () => {
    const log = new LineLog();
    let dialed = 0;
    const dial = (): Promise<Duplex> => {
      dialed += 1;
      return Promise.reject(new Error('not to be reached'));
    };
    const proxy = await kept(
      serveTcpServer(
        { dial },
        { host, port: 0, remoteNode, remoteService: 'x', tls: tlsServer, log },
      ),
    );
    const bare = await authority.client();
    afterTest(() => bare.close());
    const attempt = connectTls(bare, { host, port: portOf(proxy.address) });
    await attempt.then(closed, () => undefined);
    await log.line(/^warning tcp-server .*: client refused: /);
    const plain = await connected({ host, port: portOf(proxy.address) });
    plain.end('GET / HTTP/1.0\r\n\r\n');
    await closed(plain);
    expect(dialed).toBe(0);
  });

  it('does not talk to a backend whose certificate is for another host', async () => {
    const other = await authority.server('other', '127.0.0.9');
    afterTest(() => other.close());
    let heard = 0;
    const backend = await listening(
      createTlsServer(other, { accepted: (socket) => socket.on('data', () => (heard += 1)) }),
      { port: 0 },
    );
    const log = new LineLog();
    await kept(
      serveTcpClient(far.streams, {
        service,
        host,
        port: portBehind(backend),
        tls: tlsClient,
        log,
      }),
    );
    const stream = await near.streams.dial('far', service);
    stream.write('secret');
    await closed(stream);
    await log.line(/^error tcp-client echo .*connection failed: .*127\.0\.0\.1/);
    expect(heard).toBe(0);
  });

  it('closes at once, connections in the middle of their handshake included', async () => {
    const proxy = await serveTcpServer(near.streams, {
      host,
      port: 0,
      remoteNode,
      remoteService: service,
      tls: tlsServer,
    });
    const mute = await connected({ host, port: portOf(proxy.address) });
    const end = closed(mute);
    await proxy.close();
    await end;
  });
});
