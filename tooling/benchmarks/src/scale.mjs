// What routing costs in meshes of growing size, on the simulator's virtual clock: a table, and with --plot FILE a plot.
//   scale.mjs [--sizes 10,30,100,300,1000] [--seed 1] [--degree 4] [--plot FILE]
// Needs the packages built. Each size runs in a process of its own, so that its memory and CPU time are its own.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  verifyRoutes,
  randomSparse,
  seededRandom,
  SimulatedMesh,
} from '@receptorjs/netceptor-simulator';
import { plot, restCpuMs } from './scale-plot.mjs';

/**
 * @typedef {object} Figures
 * @property {number} nodes
 * @property {number} links
 * @property {number} convergeMs virtual time from the start of all nodes until every route is the cheapest, and every
 *   node knows every node's service where there are any
 * @property {number} convergeCpuS CPU time of the whole mesh until then
 * @property {number} roundsCpuS CPU time of the whole mesh for its first 30 s, three rounds of updates
 * @property {number} messages messages over all links until all is known
 * @property {number} roundsMessages messages over all links in the first 30 s
 * @property {number} memoryMiB heap and buffers of a node
 * @property {number} rerouteMs virtual time from the cut of a link until every route is the cheapest again
 * @property {number} rerouteMessages messages over all links for that
 * @property {number} rerouteCpuS CPU time of the whole mesh for that
 */

/**
 * @param {number} size
 * @param {number} degree
 * @param {number} seed
 * @param {boolean} services whether each node has a control service
 * @returns {Figures}
 */
function measure(size, degree, seed, services) {
  const random = seededRandom(seed);
  const before = memory();
  const mesh = new SimulatedMesh({ seed, keep: 0, tickMs: 1 });
  const nodes = mesh.build(randomSparse(size, degree, random), {
    link: () => ({ latencyMs: 5 + 20 * random(), jitterMs: 2, redialMs: 1000 }),
  });
  for (const { core } of services ? nodes : []) {
    core.advertisements.advertise(mesh.now, 'control', {
      connectionType: 1,
      tags: { type: 'Control Service' },
      workCommands: [{ workType: 'ansible-runner', secure: false }],
    });
  }
  let cpu = 0;
  /** @param {number} milliseconds */
  const run = (milliseconds) => {
    const start = process.cpuUsage();
    mesh.run(milliseconds);
    const { user, system } = process.cpuUsage(start);
    cpu += (user + system) / 1e6;
  };
  /** @param {() => boolean} holds */
  const until = (holds) => {
    while (!holds()) {
      if (mesh.now > 60_000)
        throw new Error(
          `seed ${seed}: ${size} nodes do not converge: ${JSON.stringify(verifyRoutes(nodes, 3))}`,
        );
      run(10);
    }
    return mesh.now;
  };
  const isRouted = () => verifyRoutes(nodes, 1).length === 0;
  const known = services ? size - 1 : 0;
  const isSettled = () =>
    isRouted() && nodes.every(({ core }) => core.sizes.advertisements === known);
  const convergeMs = until(isSettled);
  const [convergeCpuS, messages] = [cpu, mesh.traffic.messages];
  run(30_000 - mesh.now);
  const [roundsCpuS, roundsMessages] = [cpu, mesh.traffic.messages];
  const memoryMiB = (memory() - before) / size / 1_048_576;
  // Away from the periodic updates, which all nodes send at once since they were started at once.
  run(5000);
  const cutAt = mesh.now;
  [...mesh.links][Math.floor(mesh.links.size / 2)]?.cut();
  const [messagesBefore, cpuBefore] = [mesh.traffic.messages, cpu];
  run(10);
  const rerouteMs = until(isRouted) - cutAt;
  return {
    nodes: size,
    links: mesh.links.size,
    convergeMs,
    convergeCpuS,
    roundsCpuS,
    messages,
    roundsMessages,
    memoryMiB,
    rerouteMs,
    rerouteMessages: mesh.traffic.messages - messagesBefore,
    rerouteCpuS: cpu - cpuBefore,
  };
}

function memory() {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/**
 * @typedef {object} Row
 * @property {Figures} routes of a mesh without services
 * @property {Figures} all of the same mesh with a control service on each node
 */

/** @param {readonly Row[]} rows */
function print(rows) {
  /** @type {readonly [string, (row: Row) => string][]} */
  const columns = [
    ['nodes', ({ routes }) => String(routes.nodes)],
    ['links', ({ routes }) => String(routes.links)],
    ['routes after (s)', ({ routes }) => (routes.convergeMs / 1000).toFixed(2)],
    ['messages', ({ routes }) => routes.messages.toLocaleString('en')],
    ['CPU (s)', ({ routes }) => routes.convergeCpuS.toFixed(2)],
    ['with services after (s)', ({ all }) => (all.convergeMs / 1000).toFixed(2)],
    ['messages', ({ all }) => all.messages.toLocaleString('en')],
    ['CPU (s)', ({ all }) => all.convergeCpuS.toFixed(2)],
    ['CPU a node and s at rest (ms)', (row) => restCpuMs(row).toFixed(2)],
    ['memory a node (MiB)', ({ all }) => all.memoryMiB.toFixed(2)],
    ['rerouted after (s)', ({ all }) => (all.rerouteMs / 1000).toFixed(2)],
    ['messages', ({ all }) => all.rerouteMessages.toLocaleString('en')],
    ['CPU (s)', ({ all }) => all.rerouteCpuS.toFixed(2)],
  ];
  console.log(`| ${columns.map(([name]) => name).join(' | ')} |`);
  console.log(`| ${columns.map(() => '---:').join(' | ')} |`);
  for (const row of rows) console.log(`| ${columns.map(([, cell]) => cell(row)).join(' | ')} |`);
}

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '10,30,100,300,1000' },
    seed: { type: 'string', default: '1' },
    degree: { type: 'string', default: '4' },
    plot: { type: 'string' },
    size: { type: 'string' },
    services: { type: 'boolean', default: false },
  },
});
/**
 * Measures in a process of its own.
 *
 * @param {string} size
 * @param {boolean} services
 */
function child(size, services) {
  // Messages under way outlive the usual nursery: with it the collector's copying is a good part of all work.
  const flags = ['--expose-gc', '--max-old-space-size=8192', '--max-semi-space-size=64'];
  const args = ['--size', size, '--seed', values.seed, '--degree', values.degree];
  if (services) args.push('--services');
  process.stderr.write(`${size} nodes${services ? ' with services' : ''}\n`);
  const { status, stdout } = spawnSync(
    process.execPath,
    [...flags, fileURLToPath(import.meta.url), ...args],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  if (status !== 0) throw new Error(`the run with ${size} nodes failed`);
  return /** @type {Figures} */ (JSON.parse(stdout));
}

if (values.size !== undefined) {
  const { size, degree, seed, services } = values;
  console.log(JSON.stringify(measure(Number(size), Number(degree), Number(seed), services)));
} else {
  const rows = values.sizes.split(',').map((size) => ({
    routes: child(size, false),
    all: child(size, true),
  }));
  print(rows);
  if (values.plot !== undefined) writeFileSync(values.plot, plot(rows));
}
