// Streams between a Go receptor and ours in this process, with the engine that is given.
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MeshNode } from '@receptorjs/netceptor';
import { dialTcp } from '@receptorjs/netceptor-backends';
import { StreamHost } from '@receptorjs/netceptor-streams';

/** @import { QuicEngine } from '@receptorjs/quic-engine' */

const go = process.env.RECEPTOR_GO;
const chunk = Buffer.alloc(65_536, 7);

/** @param {import('node:net').Server} server */
const portOf = (server) => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server is not TCP');
  return address.port;
};

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}

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
  const folder = mkdtempSync(join(tmpdir(), 'quic-bench-go-'));
  const sink = createServer().listen(0, '127.0.0.1');
  await once(sink, 'listening');
  const [port, toUs] = [await freePort(), await freePort()];
  const config = [
    { node: { id: 'go', datadir: folder } },
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
  ];
  writeFileSync(join(folder, 'config.yml'), JSON.stringify(config));
  const child = spawn(String(go), ['--config', join(folder, 'config.yml')], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const node = new MeshNode({ nodeId: 'ours' });
  const streams = new StreamHost(node, { engine });
  try {
    let log = '';
    for (const output of [child.stdout, child.stderr]) output.on('data', (data) => (log += data));
    while (!log.includes('Initialization complete')) await once(child.stdout, 'data');
    await dialTcp(node, { host: '127.0.0.1', port });
    while (!node.isReachable('go')) await once(node, 'route');
    // Go answers once it has a way to us, too: before that it ends what is to be brought here.
    while (!(await answers(node))) continue;
    return await measure({ streams, sink, toUs });
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
    await streams.close();
    await node.close();
    sink.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Figures with Go, in megabytes a second; none without Go.
 *
 * @param {number} bytes how much is sent
 * @returns {Record<string, (engine: QuicEngine) => Promise<number>>}
 */
export function withGo(bytes) {
  if (go === undefined) {
    console.error('RECEPTOR_GO does not name a Go receptor: no figures with it');
    return {};
  }
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
