// Where a ping waits while one stream fills the links: na - nh - nb over tcp, step by step, in microseconds.
//   bench.mjs path [--pings 100] [--receptor PATH]
// Each node is as it is, but for a script that is loaded before it and writes down what its sockets read and write.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { flood, quantile, sinkOn } from './mesh-cases.mjs';
import { withChain } from './nodes.mjs';

process.env.RECEPTOR_QUIC_ENGINE ||= 'wasm';
const { values } = parseArgs({
  options: {
    pings: { type: 'string', default: '100' },
    receptor: {
      type: 'string',
      default: join(import.meta.dirname, '..', '..', '..', 'bin', 'receptor'),
    },
  },
});

/** @typedef {import('./ping-probe.mjs').Event} Event */
/** @typedef {'na' | 'nh' | 'nb'} Name */

/** What a ping passes: the node, whether it comes in or goes out there, what is seen, how often it was seen there before; and what is measured up to it. */
/** @type {[Name, Event['way'], string, number, string][]} */
const STEPS = [
  ['na', 'in', 'asked', 0, 'asked: until na reads it'],
  ['na', 'out', 'ping', 0, 'na: read to written'],
  ['nh', 'in', 'ping', 0, 'na to nh: buffers of the kernel and event loop'],
  ['nh', 'out', 'ping', 0, 'nh: read to written'],
  ['nb', 'in', 'ping', 0, 'nh to nb'],
  ['nb', 'out', 'ping', 0, 'nb: read to written'],
  ['nh', 'in', 'ping', 1, 'nb to nh'],
  ['nh', 'out', 'ping', 1, 'nh: read to written, back'],
  ['na', 'in', 'ping', 0, 'nh to na'],
  ['na', 'out', 'answered', 0, 'na: read to answered'],
];
const LAST = 'until the answer is read';

const now = () => Number(process.hrtime.bigint() / 1000n);

/** The times of pings, and what the nodes have written down. */
async function observe(/** @type {string} */ folder) {
  process.env.NODE_OPTIONS = `--import=${new URL('ping-probe.mjs', import.meta.url)}`;
  process.env.PING_PROBE = join(folder, 'events');
  /** @type {[number, number][]} */
  const pings = [];
  await withChain(values.receptor, 1, async ({ na, entry, sink }) => {
    const target = await sinkOn(sink, Infinity);
    const socket = await flood(entry);
    const control = await na.control();
    for (let at = 0; at < Number(values.pings); at += 1) {
      const asked = now();
      await control.ask('ping nb');
      pings.push([asked, now()]);
    }
    control.close();
    socket.destroy();
    target.close();
  });
  /** @type {Map<string, Event[]>} */
  const nodes = new Map();
  for (const name of readdirSync(folder)) {
    const { args, events } = JSON.parse(readFileSync(join(folder, name), 'utf8'));
    const node = /\/(n[abh])\.yml/.exec(args.join(' '))?.[1];
    if (node !== undefined) nodes.set(node, events);
  }
  return { pings, nodes };
}

const folder = mkdtempSync(join(tmpdir(), 'bench-path-'));
try {
  const { pings, nodes } = await observe(folder);
  /** @type {number[][]} */
  const columns = STEPS.map(() => []);
  columns.push([]);
  /** @type {number[]} */
  const totals = [];
  /** Bytes written to a link that its other end has not read, when the ping is written. @type {Record<string, number[]>} */
  const ahead = { 'na to nh': [], 'nh to nb': [] };
  /** @type {Record<string, number[]>} */
  const longest = { na: [], nh: [], nb: [] };
  for (const [asked, answered] of pings) {
    const during = (/** @type {string} */ node) =>
      (nodes.get(node) ?? []).filter(({ at }) => at >= asked && at <= answered);
    const passed = STEPS.map(
      ([node, way, what, nth]) =>
        during(node).filter((event) => event.way === way && event.what === what)[nth],
    );
    if (passed.includes(undefined)) continue;
    const events = /** @type {Event[]} */ (passed);
    const marks = [asked, ...events.map(({ at }) => at), answered];
    columns.forEach((column, step) => column.push((marks[step + 1] ?? 0) - (marks[step] ?? 0)));
    totals.push(answered - asked);
    for (const [name, out] of /** @type {const} */ ([
      ['na to nh', 1],
      ['nh to nb', 3],
    ])) {
      const [written, read] = [events[out], events[out + 1]];
      const before = (nodes.get(STEPS[out + 1]?.[0] ?? '') ?? [])
        .filter(
          ({ way, socket, at }) =>
            way === 'in' && socket === read?.socket && at <= (written?.at ?? 0),
        )
        .at(-1);
      ahead[name]?.push((written?.bytes ?? 0) - (before?.bytes ?? 0));
    }
    for (const [node, column] of Object.entries(longest))
      column.push(Math.max(0, ...during(node).map(({ took }) => took)));
  }
  const line = (/** @type {string} */ name, /** @type {number[]} */ column) =>
    console.log(
      `${name.padEnd(48)}${[0.5, 0.9, 0.99].map((share) => String(quantile(column, share)).padStart(10)).join('')}`,
    );
  console.log(
    `${totals.length} of ${pings.length} pings, Node.js ${process.version}, QUIC engine ${process.env.RECEPTOR_QUIC_ENGINE}\n`,
  );
  console.log(`${'microseconds'.padEnd(48)}       p50       p90       p99`);
  STEPS.forEach(([, , , , name], step) => line(name, columns[step] ?? []));
  line(LAST, columns.at(-1) ?? []);
  line('all', totals);
  for (const [node, column] of Object.entries(longest))
    line(`longest turn of ${node} meanwhile`, column);
  console.log(`\n${'bytes'.padEnd(48)}       p50       p90       p99`);
  for (const [name, column] of Object.entries(ahead))
    line(`under way from ${name} in front of the ping`, column);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
