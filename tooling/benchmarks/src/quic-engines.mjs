// Both QUIC engines, and Go where RECEPTOR_GO names it, in one run.
//   node quic-engines.mjs [--megabytes 300] [--rounds 3]
// Needs the packages built.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MeshNode } from '@receptorjs/netceptor';
import { StreamHost } from '@receptorjs/netceptor-streams';
import { loadEngine as loadNative } from '@receptorjs/quic-engine-native';
import { loadEngine as loadWasm } from '@receptorjs/quic-engine-wasm';
import { linkNodes } from './bench-link.mjs';
import { fill, withGo } from './quic-with-go.mjs';

/** @import { QuicConnection, QuicEngine } from '@receptorjs/quic-engine' */

const { values } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '300' },
    rounds: { type: 'string', default: '3' },
    handshakes: { type: 'string', default: '300' },
  },
});
const bytes = Number(values.megabytes) * 1e6;
const rounds = Number(values.rounds);

/** An identity for listeners, of P-256. */
function makeIdentity() {
  const folder = mkdtempSync(join(tmpdir(), 'quic-bench-'));
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  const files = ['-keyout', 'key', '-out', 'certificate'];
  execFileSync('openssl', ['req', '-x509', ...curve, '-nodes', '-subj', '/CN=bench', ...files], {
    cwd: folder,
    stdio: 'ignore',
  });
  const read = (/** @type {string} */ name) => readFileSync(join(folder, name), 'utf8');
  const identity = { certificate: read('certificate'), key: read('key') };
  rmSync(folder, { recursive: true });
  return identity;
}

const identity = makeIdentity();
const room = Buffer.alloc(16_000);

/**
 * Moves what one end has to say, up to a burst; false when it had nothing.
 *
 * @param {QuicConnection} from
 * @param {QuicConnection} to
 * @param {number} size
 */
function move(from, to, size) {
  const datagram = room.subarray(0, size);
  for (let count = 0; count < 64; count++) {
    const length = from.send(datagram);
    if (length === 0) return count > 0;
    to.receive(datagram.subarray(0, length));
  }
  return true;
}

/** @param {QuicEngine} engine */
function factory(engine) {
  const connector = engine.connector({ ca: undefined, identity: undefined });
  const acceptor = engine.acceptor(identity, { clients: 'unasked', ca: undefined });
  return () => {
    const [dialer, listener] = [connector.connect(), acceptor.accept()];
    for (;;) {
      move(dialer, listener, 1_200);
      move(listener, dialer, 1_200);
      if (dialer.established && listener.established) return { dialer, listener };
    }
  };
}

/** What a message of the mesh adds to a datagram: its header, with names of services. */
const HEADER_BYTES = 36;

/**
 * Megabytes through a stream between two nodes of this process, for each second of its CPU: what else runs on the
 * machine matters less to that.
 *
 * @param {QuicEngine} engine
 * @param {number} size of datagrams
 */
async function throughput(engine, size) {
  const [a, b] = [new MeshNode({ nodeId: 'a' }), new MeshNode({ nodeId: 'b' })];
  const [near, far] = [new StreamHost(a, { engine }), new StreamHost(b, { engine })];
  linkNodes(a, b, size + HEADER_BYTES);
  while (!a.isReachable('b')) await once(a, 'route');
  /** @type {() => void} */
  let resolve = () => undefined;
  const received = new Promise((settle) => (resolve = () => settle(undefined)));
  let got = 0;
  await far.listen('sink', {}, (stream) => {
    stream.on('data', (data) => {
      got += data.length;
      if (got >= bytes) resolve();
    });
    stream.on('error', () => undefined);
  });
  const stream = await near.dial('b', 'sink');
  const begin = process.cpuUsage();
  await fill(stream, bytes);
  await received;
  const { user, system } = process.cpuUsage(begin);
  const rate = bytes / (user + system);
  if (stream.maxDatagram !== size) throw new Error(`datagrams had ${stream.maxDatagram} bytes`);
  await Promise.all([near.close(), far.close()]);
  await Promise.all([a.close(), b.close()]);
  return rate;
}

/**
 * Milliseconds of CPU for a handshake, both ends.
 *
 * @param {QuicEngine} engine
 */
function handshake(engine) {
  const count = Number(values.handshakes);
  const open = factory(engine);
  const run = () => {
    const { dialer, listener } = open();
    dialer.release();
    listener.release();
  };
  for (let warm = 0; warm < 50; warm++) run();
  const begin = process.cpuUsage();
  for (let done = 0; done < count; done++) run();
  const { user, system } = process.cpuUsage(begin);
  return Promise.resolve((user + system) / 1e3 / count);
}

const engines = {
  native: await loadNative(),
  wasm: await loadWasm({ simd: true }),
  'wasm, no SIMD': await loadWasm({ simd: false }),
};
const median = (/** @type {number[]} */ all) => all.sort((a, b) => a - b)[all.length >> 1] ?? NaN;

/** @type {Record<string, (engine: QuicEngine) => Promise<number>>} */
const figures = {
  'datagrams of 1,200 (MB per second of CPU)': (engine) => throughput(engine, 1_200),
  'datagrams of 1,452 (MB per second of CPU)': (engine) => throughput(engine, 1_452),
  'datagrams of 16,000 (MB per second of CPU)': (engine) => throughput(engine, 16_000),
  'handshake (ms of CPU, both ends)': handshake,
  ...withGo(bytes / 3),
};
console.log(['figure', ...Object.keys(engines), 'wasm / native'].join('  |  '));
for (const [name, measure] of Object.entries(figures)) {
  /** @type {number[][]} */
  const measured = Object.keys(engines).map(() => []);
  // The first round is for the compilers.
  for (let round = -1; round < rounds; round++) {
    for (const [at, engine] of Object.values(engines).entries()) {
      const figure = await measure(engine);
      if (round >= 0) measured[at]?.push(figure);
    }
  }
  const medians = measured.map(median);
  const ratio = (medians[1] ?? NaN) / (medians[0] ?? NaN);
  console.log([name, ...medians.map((each) => each.toFixed(2)), ratio.toFixed(2)].join('  |  '));
}
