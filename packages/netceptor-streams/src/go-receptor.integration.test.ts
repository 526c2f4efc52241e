import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, connect, type AddressInfo } from 'node:net';
import { MeshNode } from '@receptorjs/netceptor';
import { dialTcp, listenTcp } from '@receptorjs/netceptor-backends';
import {
  freePort,
  goReceptor,
  GoReceptor,
  readLine,
  skipsWithoutGo,
} from '@receptorjs/tooling-test-peers';
import { afterEach, describe, expect, it } from 'vitest';
import type { MeshStream } from './mesh-stream.js';
import { StreamHost } from './stream-host.js';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Ours {
  readonly node: MeshNode;
  readonly streams: StreamHost;
}

function ours(nodeId: string): Ours {
  const node = new MeshNode({ nodeId });
  const streams = new StreamHost(node);
  cleanups.push(async () => {
    await streams.close();
    await node.close();
  });
  return { node, streams };
}

async function theirs(nodeId: string, items: readonly object[]): Promise<GoReceptor> {
  const started = await GoReceptor.start(nodeId, items);
  cleanups.push(() => started.stop());
  return started;
}

async function reach({ node }: Ours, nodeId: string): Promise<void> {
  await node.reachable(nodeId);
}

const echo = (stream: MeshStream): void => {
  stream.on('error', () => undefined);
  stream.pipe(stream);
};

const withoutGo = skipsWithoutGo();

describe.skipIf(withoutGo).each([['our dialer'], ['our listener']])(
  `a Go receptor and %s ${goReceptor.missing}`,
  (role) => {
    const link = async (items: readonly object[] = []): Promise<{ us: Ours; go: GoReceptor }> => {
      const us = ours('ours');
      if (role === 'our dialer') {
        const port = await freePort();
        const go = await theirs('go', [
          { 'tcp-listener': { bindaddr: '127.0.0.1', port } },
          ...items,
        ]);
        await dialTcp(us.node, { host: '127.0.0.1', port });
        await reach(us, 'go');
        await go.reaches('ours');
        return { us, go };
      }
      const { address } = await listenTcp(us.node, { host: '127.0.0.1', port: 0 });
      const peer = { address: `127.0.0.1:${address.port}` };
      const go = await theirs('go', [{ 'tcp-peer': peer }, ...items]);
      await reach(us, 'go');
      await go.reaches('ours');
      return { us, go };
    };

    it('ping and trace each other', async () => {
      const { us, go } = await link();
      expect((await us.node.ping('go')).from).toBe('go');
      const hops: string[] = [];
      for await (const { from } of us.node.traceroute('go')) hops.push(from);
      expect(hops).toEqual(['ours', 'go']);
      expect(JSON.parse(await go.command('ping ours'))).toMatchObject({
        Success: true,
        From: 'ours',
      });
      expect(JSON.parse(await go.command('traceroute ours'))).toMatchObject({
        0: { From: 'go' },
        1: { From: 'ours' },
      });
    });

    it('open streams to each other', async () => {
      const { us, go } = await link();
      const control = await us.streams.dial('go', 'control');
      expect(await readLine(control)).toBe('Receptor Control, node go');
      control.end('status\n');
      expect(JSON.parse(await readLine(control))).toMatchObject({ NodeID: 'go' });
      await us.streams.listen('echo', {}, echo);
      const session = await go.control();
      session.write('connect ours echo\n');
      expect(await readLine(session)).toBe('Connecting');
      session.end('hello\n');
      expect(await readLine(session)).toBe('hello');
    });

    it('say at once that a service is not there', async () => {
      const { us, go } = await link();
      await expect(us.streams.dial('go', 'nosuch')).rejects.toMatchObject({
        code: 'service-unknown',
      });
      expect(await go.command('connect ours nosuch')).toMatch(/^ERROR: /);
    });

    it('carry megabytes from a Go proxy unchanged', async () => {
      const port = await freePort();
      const { us } = await link([
        {
          'tcp-server': { bindaddr: '127.0.0.1', port, remotenode: 'ours', remoteservice: 'echo' },
        },
      ]);
      await us.streams.listen('echo', {}, echo);
      const data = randomBytes(4 << 20);
      const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
      const hash = createHash('sha256');
      let length = 0;
      socket.on('data', (chunk: Buffer) => {
        hash.update(chunk);
        length += chunk.length;
        if (length === data.length) socket.emit('all');
      });
      const all = once(socket, 'all');
      socket.write(data);
      await all;
      socket.destroy();
      expect(hash.digest('hex')).toBe(createHash('sha256').update(data).digest('hex'));
    });

    it('carry megabytes to a Go proxy', async () => {
      const backend = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
      backend.listen(0, '127.0.0.1');
      await once(backend, 'listening');
      cleanups.push(async () => {
        await new Promise((resolve) => backend.close(resolve));
      });
      const { us } = await link([
        {
          'tcp-client': {
            service: 'back',
            address: `127.0.0.1:${(backend.address() as AddressInfo).port}`,
          },
        },
      ]);
      const stream = await us.streams.dial('go', 'back');
      stream.on('error', () => undefined);
      const data = randomBytes(4 << 20);
      const got: Buffer[] = [];
      let length = 0;
      const all = new Promise<void>((resolve) => {
        stream.on('data', (chunk: Buffer) => {
          got.push(chunk);
          length += chunk.length;
          if (length === data.length) resolve();
        });
      });
      stream.write(data);
      await all;
      expect(Buffer.concat(got).equals(data)).toBe(true);
      stream.destroy();
    });

    it("learn of each other's services", async () => {
      const { us, go } = await link();
      const listener = await us.streams.listen('svc', { tags: { type: 'test' } }, echo);
      while (!us.node.status().advertisements.some((ad) => ad.nodeId === 'go')) {
        await once(us.node, 'advertisement');
      }
      const status = async (): Promise<string> => go.command('status');
      await expect.poll(status).toContain('"Service":"svc"');
      listener.close();
      await expect.poll(status).not.toContain('"Service":"svc"');
    });
  },
);

describe.skipIf(withoutGo)(`a Go receptor between two of ours ${goReceptor.missing}`, () => {
  it('forwards pings, traces and streams with large datagrams', async () => {
    const port = await freePort();
    await theirs('hop', [{ 'tcp-listener': { bindaddr: '127.0.0.1', port } }]);
    const [near, far] = [ours('near'), ours('far')];
    await Promise.all([near, far].map(({ node }) => dialTcp(node, { host: '127.0.0.1', port })));
    await Promise.all([reach(near, 'far'), reach(far, 'near')]);
    const hops: string[] = [];
    for await (const { from } of near.node.traceroute('far')) hops.push(from);
    expect(hops).toEqual(['near', 'hop', 'far']);
    await far.streams.listen('echo', {}, echo);
    const stream = await near.streams.dial('far', 'echo');
    const data = randomBytes(8 << 20);
    stream.end(data);
    const got: Buffer[] = [];
    for await (const chunk of stream) got.push(chunk as Buffer);
    expect(Buffer.concat(got).equals(data)).toBe(true);
    await expect(near.streams.dial('far', 'nosuch')).rejects.toMatchObject({
      code: 'service-unknown',
    });
  });
});

describe.skipIf(withoutGo)(`one of ours between two Go receptors ${goReceptor.missing}`, () => {
  it('forwards pings, traces and streams', async () => {
    const hop = ours('hop');
    const { address } = await listenTcp(hop.node, { host: '127.0.0.1', port: 0 });
    const peer = { 'tcp-peer': { address: `127.0.0.1:${address.port}` } };
    const [near, far] = await Promise.all([theirs('near', [peer]), theirs('far', [peer])]);
    await Promise.all([near.reaches('far'), far.reaches('near')]);
    expect(JSON.parse(await near.command('ping far'))).toMatchObject({ Success: true });
    expect(JSON.parse(await near.command('traceroute far'))).toMatchObject({
      0: { From: 'near' },
      1: { From: 'hop' },
      2: { From: 'far' },
    });
    const session = await near.control();
    session.write('connect far control\n');
    expect(await readLine(session)).toBe('Connecting');
    expect(await readLine(session)).toBe('Receptor Control, node far');
    session.destroy();
  });
});

describe.skipIf(withoutGo)(`a Go receptor with long node IDs ${goReceptor.missing}`, () => {
  it.each([17, 24, 31, 32, 47, 64, 110])('of %i bytes is pinged', async (length) => {
    const name = (prefix: string): string => prefix.padEnd(length, '.example');
    const us = ours(name('ours'));
    const { address } = await listenTcp(us.node, { host: '127.0.0.1', port: 0 });
    const go = await theirs(name('go'), [{ 'tcp-peer': { address: `127.0.0.1:${address.port}` } }]);
    await reach(us, name('go'));
    await go.reaches(name('ours'));
    expect((await us.node.ping(name('go'))).from).toBe(name('go'));
    expect(JSON.parse(await go.command(`ping ${name('ours')}`))).toMatchObject({ Success: true });
  });
});

describe.skipIf(withoutGo)(`a stream whose Go end has ended ${goReceptor.missing}`, () => {
  it('is closed by our side a while after both directions have', async () => {
    const us = ours('ours');
    const { address } = await listenTcp(us.node, { host: '127.0.0.1', port: 0 });
    const go = await theirs('go', [{ 'tcp-peer': { address: `127.0.0.1:${address.port}` } }]);
    await reach(us, 'go');
    await go.reaches('ours');
    const control = await us.streams.dial('go', 'control');
    control.end('status\n');
    control.resume();
    await once(control, 'close');
    expect(us.node.openServices).toBe(1);
    await expect.poll(() => us.node.openServices, { timeout: 20_000 }).toBe(0);
  });
});
