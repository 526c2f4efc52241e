// Streams between a Go receptor and ours in this process, with the engine that is given.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { MeshNode } from '@receptorjs/netceptor';
import { dialTcp } from '@receptorjs/netceptor-backends';
import { StreamHost } from '@receptorjs/netceptor-streams';
import { freePort, GoReceptor, skipsWithoutGo } from '@receptorjs/tooling-test-peers';

/** @import { QuicEngine } from '@receptorjs/quic-engine' */

const chunk = Buffer.alloc(65_536, 7);

/** @param {import('node:net').Server} server */
const portOf = (server) => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server is not TCP');
  return address.port;
};

/**
 * Writes so many bytes and ends.
 *
 * @param {import('node:stream').Writable} to
 * @param {number} bytes
 */
export async function fill(to, bytes) {
  for (let written = 0; written < bytes; written += chunk.length) {
    if (!to.write(chunk)) await once(to, 'drain');
  }
  to.end();
}

/**
 * Resolves when so many bytes have come.
 *
 * @param {import('node:stream').Readable} from
 * @param {number} bytes
 */
function count(from, bytes) {
  let got = 0;
  return new Promise((resolve, reject) => {
    from.on('error', reject);
    from.on('data', (data) => {
      got += data.length;
      if (got >= bytes) resolve(undefined);
    });
  });
}

/** @param {MeshNode} node */
const answers = (node) =>
  node.ping('go', { timeoutMs: 200 }).then(
    () => true,
    () => false,
  );

/**
 * Runs `measure` beside a Go node whose service `sink` leads to a TCP server of ours, and whose TCP port leads to our
 * service `sink`.
 *
 * @param {QuicEngine} engine
 * @param {(parts: { streams: StreamHost, sink: import('node:net').Server, toUs: number }) => Promise<number>} measure
 */
async function beside(engine, measure) {
  const sink = createServer().listen(0, '127.0.0.1');
  await once(sink, 'listening');
  const [port, toUs] = [await freePort(), await freePort()];
  const go = await GoReceptor.start('go', [
    { 'tcp-listener': { port, bindaddr: '127.0.0.1' } },
    { 'tcp-client': { service: 'sink', address: `127.0.0.1:${portOf(sink)}` } },
    {
      'tcp-server': {
        port: toUs,
        bindaddr: '127.0.0.1',
        remotenode: 'ours',
        remoteservice: 'sink',
      },
    },
  ]);
  const node = new MeshNode({ nodeId: 'ours' });
  const streams = new StreamHost(node, { engine });
  try {
    await dialTcp(node, { host: '127.0.0.1', port });
    await node.reachable('go');
    // Go answers once it has a way to us, too: before that it ends what is to be brought here.
    while (!(await answers(node))) continue;
    return await measure({ streams, sink, toUs });
  } finally {
    await go.stop();
    await streams.close();
    await node.close();
    sink.close();
  }
}

/**
 * Figures with Go, in megabytes a second; none without Go.
 *
 * @param {number} bytes how much is sent
 * @returns {Record<string, (engine: QuicEngine) => Promise<number>>}
 */
export function withGo(bytes) {
  if (skipsWithoutGo('no figures with Go')) return {};
  const rate = (/** @type {number} */ begin) => bytes / 1e3 / (performance.now() - begin);
  return {
    'ours to Go (MB/s)': (engine) =>
      beside(engine, async ({ streams, sink }) => {
        const accepted = once(sink, 'connection');
        const stream = await streams.dial('go', 'sink');
        stream.on('error', () => undefined);
        const begin = performance.now();
        const filled = fill(stream, bytes);
        const [socket] = await accepted;
        socket.on('error', () => undefined);
        await count(socket, bytes);
        await filled;
        return rate(begin);
      }),
    'Go to ours (MB/s)': (engine) =>
      beside(engine, async ({ streams, toUs }) => {
        let begin = 0;
        /** @type {(value?: unknown) => void} */
        let resolve = () => undefined;
        const done = new Promise((settle) => (resolve = settle));
        await streams.listen('sink', {}, (stream) => {
          begin = performance.now();
          stream.on('error', () => undefined);
          count(stream, bytes).then(resolve, resolve);
        });
        const socket = connect(toUs, '127.0.0.1').on('error', () => undefined);
        await once(socket, 'connect');
        await fill(socket, bytes);
        await done;
        const took = rate(begin);
        socket.destroy();
        return took;
      }),
  };
}
