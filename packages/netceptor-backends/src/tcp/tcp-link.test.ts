import { silentLogger } from '@receptorjs/primitives';
import { EventEmitter, once } from 'node:events';
import { connect, createServer, Server, type AddressInfo } from 'node:net';
import { MeshNode } from '@receptorjs/netceptor';
import { freePort } from '@receptorjs/tooling-test-peers';
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

/** A place for log lines, and a promise of the first. */
function nextWarning(): {
  readonly promise: Promise<string>;
  readonly warning: (message: string) => void;
} {
  const lines = new EventEmitter<{ line: [string] }>();
  return {
    promise: once(lines, 'line').then(([line]) => String(line)),
    warning: (message) => void lines.emit('line', message),
  };
}

/** The listening servers of this process. */
function servers(): Server[] {
  const handles = (process as unknown as { _getActiveHandles(): unknown[] })._getActiveHandles();
  return handles.filter((handle) => handle instanceof Server);
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
      message: expect.stringContaining('EADDRINUSE') as unknown,
      cause: expect.objectContaining({ code: 'EADDRINUSE' }) as unknown,
    });
  });

  it('without redial says that nobody is there', async () => {
    await expect(
      dialTcp(node('a'), { host: '127.0.0.1', port: 1, redial: false }),
    ).rejects.toMatchObject({ code: 'connect-failed' });
  });

  it('that does not come about is an event, and the wait for the node says why', async () => {
    const a = node('a');
    const failed = once(a, 'link-failed');
    await dialTcp(a, { host: '127.0.0.1', port: 1 });
    const reason = 'connect ECONNREFUSED 127.0.0.1:1';
    expect(await failed).toEqual([{ link: 'tcp 127.0.0.1:1', reason }]);
    await expect(a.reachable('b', { timeoutMs: 1 })).rejects.toMatchObject({
      code: 'timeout',
      message: `no route to b within 1 ms; tcp 127.0.0.1:1: ${reason}`,
    });
  });

  it('that the peer rejects is an event as well', async () => {
    const [a, b] = [node('a'), node('b')];
    const { address } = await listenTcp(b, { host: '127.0.0.1', port: 0, allowedPeers: ['c'] });
    const down = once(a, 'link-down');
    const failed = once(b, 'link-failed');
    await dialTcp(a, { ...address, redial: false });
    const reason = 'it is not in the allowed peers list';
    expect(await failed).toMatchObject([{ reason: `rejected: ${reason}` }]);
    expect(await down).toMatchObject([{ reason: `the peer rejected the link: ${reason}` }]);
    // It has stood for a moment, since the peer had named itself.
    await expect(a.reachable('b', { timeoutMs: 1 })).rejects.toMatchObject({
      message: expect.stringContaining(`the peer rejected the link: ${reason}`) as unknown,
    });
    const others = node('c');
    await dialTcp(others, address);
    await others.reachable('b');
  });

  it('without redial is not made for a node that is closed meanwhile', async () => {
    const { address } = await listenTcp(node('a'), { host: '127.0.0.1', port: 0 });
    const b = node('b');
    const dialed = dialTcp(b, { ...address, redial: false });
    await Promise.all([expect(dialed).rejects.toMatchObject({ code: 'shutdown' }), b.close()]);
  });

  it('tells the log why nobody answers, and tries again', async () => {
    const port = await freePort();
    const { promise, warning } = nextWarning();
    const a = new MeshNode({ nodeId: 'a', log: { ...silentLogger, warning } });
    cleanups.push(() => a.close());
    await dialTcp(a, { host: '127.0.0.1', port });
    expect(await promise).toBe(
      `could not connect to 127.0.0.1:${port}: connect ECONNREFUSED 127.0.0.1:${port} (will retry)`,
    );
    const up = once(a, 'link-up');
    await listenTcp(node('b'), { host: '127.0.0.1', port });
    await up;
  });

  it('tells the log of a connection that could not be accepted, and takes the next', async () => {
    const { promise, warning } = nextWarning();
    const a = new MeshNode({ nodeId: 'a', log: { ...silentLogger, warning } });
    cleanups.push(() => a.close());
    const before = new Set(servers());
    const { address } = await listenTcp(a, { host: '127.0.0.1', port: 0 });
    const server = servers().find((each) => !before.has(each));
    for (let count = 0; count < 3; count++) server?.emit('error', new Error('accept EMFILE'));
    expect(await promise).toBe('Could not accept a connection: accept EMFILE');
    const b = node('b');
    await dialTcp(b, address);
    await once(b, 'link-up');
  });

  it('checks costs before it opens anything', async () => {
    const options = { host: '127.0.0.1', port: 0, cost: -1 };
    await expect(listenTcp(node('a'), options)).rejects.toMatchObject({ code: 'invalid-cost' });
    await expect(dialTcp(node('b'), options)).rejects.toMatchObject({ code: 'invalid-cost' });
  });
});
