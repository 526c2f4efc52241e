import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { withChain } from './nodes.mjs';

/** @typedef {Record<string, number>} Figures names of figures to values */

const sorted = (/** @type {number[]} */ values) => [...values].sort((a, b) => a - b);

/** @param {number[]} values @param {number} share 0 to 1 */
export function quantile(values, share) {
  return sorted(values)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? NaN;
}

/** A TCP server that counts what arrives; `reached` resolves when `total` bytes are there. */
export async function sinkOn(/** @type {number} */ port, /** @type {number} */ total) {
  let bytes = 0;
  /** @type {() => void} */
  let done;
  const reached = new Promise((/** @type {(value: void) => void} */ resolve) => (done = resolve));
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      bytes += chunk.length;
      if (bytes >= total) done();
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return { reached, close: () => server.close() };
}

/** Writes so many bytes to a port; gives the socket, which is still open. */
async function push(/** @type {number} */ port, /** @type {number} */ total) {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const chunk = Buffer.alloc(1 << 18, 0x5a);
  for (let sent = 0; sent < total; sent += chunk.length) {
    if (!socket.write(chunk.subarray(0, Math.min(chunk.length, total - sent))))
      await once(socket, 'drain');
  }
  return socket;
}

/** What part of the bytes to be measured goes through before, unmeasured: by then nodes have compiled what they run. */
const WARM_UP = 2 / 3;

/**
 * One stream, warmed up: its MB/s, and the CPU seconds a GB of each process that `cpu` tells of.
 *
 * @param {{ entry: number, sink: number }} ports where it goes in, and where it comes out
 * @param {number} megabytes
 * @param {() => number[]} cpu seconds so far
 */
export async function transfer({ entry, sink }, megabytes, cpu) {
  const total = megabytes * 1_000_000;
  await pass(entry, sink, Math.floor(total * WARM_UP));
  const before = cpu();
  const started = performance.now();
  await pass(entry, sink, total);
  const took = (performance.now() - started) / 1000;
  const perGigabyte = cpu().map((each, at) => (each - (before[at] ?? 0)) / (total / 1e9));
  return { speed: megabytes / took, cpu: perGigabyte };
}

/** @param {number} entry @param {number} sink ports @param {number} total bytes */
async function pass(entry, sink, total) {
  const target = await sinkOn(sink, total);
  const socket = await push(entry, total);
  await target.reached;
  socket.destroy();
  target.close();
}

/**
 * One stream through two tcp proxies.
 *
 * @param {string | import('./nodes.mjs').Commands} command
 * @param {number} hops
 * @param {number} megabytes
 * @param {'tcp' | 'udp' | 'ws'} [backend]
 */
function meshTransfer(command, hops, megabytes, backend) {
  return withChain(
    command,
    hops,
    async ({ na, nh, nb, entry, sink }) => {
      const nodes = [na, nh, nb];
      const { speed, cpu } = await transfer({ entry, sink }, megabytes, () =>
        nodes.map((node) => node?.cpu() ?? 0),
      );
      const [sending = 0, hop = 0, answering = 0] = cpu;
      return { speed, sending, hop, answering };
    },
    backend,
  );
}

/**
 * @param {string} command
 * @param {number} hops
 * @param {number} megabytes
 * @returns {Promise<Figures>}
 */
export async function stream(command, hops, megabytes) {
  const { speed, sending, hop, answering } = await meshTransfer(command, hops, megabytes);
  return {
    [`stream, ${hops} hops (MB/s)`]: speed,
    ...(hops > 0
      ? { 'hop, CPU (s/GB)': hop }
      : { 'sending node, CPU (s/GB)': sending, 'answering node, CPU (s/GB)': answering }),
  };
}

/**
 * @param {string} command
 * @param {'udp' | 'ws'} backend
 * @param {number} megabytes
 * @returns {Promise<Figures>}
 */
export async function streamOver(command, backend, megabytes) {
  const { speed, sending, answering } = await meshTransfer(command, 0, megabytes, backend);
  return {
    [`stream over ${backend}, 0 hops (MB/s)`]: speed,
    [`sending node over ${backend}, CPU (s/GB)`]: sending,
    [`answering node over ${backend}, CPU (s/GB)`]: answering,
  };
}

/**
 * One end of ours and one of the original, in both directions, beside the original at both ends.
 *
 * @param {string} command
 * @param {string} original
 * @param {number} megabytes
 * @returns {Promise<Figures>}
 */
export async function mixed(command, original, megabytes) {
  const from = await meshTransfer({ na: command, nb: original }, 0, megabytes);
  const to = await meshTransfer({ na: original, nb: command }, 0, megabytes);
  return {
    'stream to the original (MB/s)': from.speed,
    'stream from the original (MB/s)': to.speed,
  };
}

/** A node with one link that has nothing to do. @param {string} command @param {number} seconds @returns {Promise<Figures>} */
export function idle(command, seconds) {
  return withChain(command, 1, async ({ nh }) => {
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    const before = nh?.cpu() ?? 0;
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    return {
      'idle node, CPU (% of a core)': (((nh?.cpu() ?? 0) - before) / seconds) * 100,
      'idle node, memory (MB)': nh?.memory() ?? NaN,
    };
  });
}

/**
 * Pings of nodes that have just started, and of the same nodes after five times as many: what is compiled as it runs is
 * compiled by then.
 *
 * @param {string} command
 * @param {number} count
 * @returns {Promise<Figures>}
 */
export function ping(command, count) {
  return withChain(command, 1, async ({ na }) => {
    const control = await na.control();
    const times = [];
    for (let at = 0; at < 6 * count; at += 1) {
      const started = performance.now();
      const { Success } = JSON.parse(await control.ask('ping nb'));
      if (!Success) throw new Error('a ping failed');
      times.push(performance.now() - started);
    }
    control.close();
    return {
      [`ping over a hop, first ${count}, p50 (ms)`]: quantile(times.slice(0, count), 0.5),
      'ping over a hop, p50 (ms)': quantile(times.slice(-count), 0.5),
    };
  });
}

/** A connection that writes as much as is taken; resolves when that was less than there was once. @param {number} port */
export async function flood(port) {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  const chunk = Buffer.alloc(1 << 16, 0x5a);
  const fill = () => {
    while (socket.writable && socket.write(chunk));
  };
  socket.on('drain', fill);
  socket.on('connect', fill);
  await once(socket, 'drain');
  return socket;
}

/**
 * Pings while one stream runs flat out, warmed up.
 *
 * @param {string} command
 * @param {number} count
 * @param {number} megabytes that pass before
 * @returns {Promise<Figures>}
 */
export function pingUnderLoad(command, count, megabytes) {
  return withChain(command, 1, async ({ na, entry, sink }) => {
    await pass(entry, sink, megabytes * 1_000_000);
    const target = await sinkOn(sink, Infinity);
    const socket = await flood(entry);
    const control = await na.control();
    const times = [];
    for (let at = 0; at < count; at += 1) {
      const started = performance.now();
      await control.ask('ping nb');
      times.push(performance.now() - started);
    }
    const firstBytes = [];
    for (let at = 0; at < count; at += 1) {
      const other = await na.control();
      const started = performance.now();
      await other.ask('connect nb control');
      await other.line();
      firstBytes.push(performance.now() - started);
      other.close();
    }
    control.close();
    socket.destroy();
    target.close();
    return {
      'ping under load, p99 (ms)': quantile(times, 0.99),
      'first byte of another stream under load, p99 (ms)': quantile(firstBytes, 0.99),
    };
  });
}
