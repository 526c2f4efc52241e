// Two builds of ours against each other, in turn, and what differs between them beyond noise.
//   bench.mjs --compare BASE [--rounds 5] [--only TEXT[,TEXT]] [--quick]
// Fewer than four rounds can't tell a change from chance.
// BASE is a revision, which is built beside this clone and kept there, or the folder of another clone that is built.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildOf } from './base-build.mjs';
import { change, median } from './compare-statistics.mjs';
import * as mesh from './mesh-cases.mjs';
import { isLessBetter } from './table.mjs';
import * as work from './work-cases.mjs';

process.env.RECEPTOR_QUIC_ENGINE ||= 'wasm';
const root = join(import.meta.dirname, '..', '..', '..');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    quick: { type: 'boolean', default: false },
  },
});
const [wanted] = positionals;
const rounds = Number(values.rounds);
if (wanted === undefined || !Number.isInteger(rounds) || rounds < 4 || rounds > 8) {
  console.error('usage: bench --compare BASE [--rounds 4..8] [--only TEXT[,TEXT]] [--quick]');
  process.exit(2);
}
const scale = values.quick ? 0.2 : 1;
const times = (/** @type {number} */ count) => Math.max(2, Math.round(count * scale));

/** @type {Record<string, (command: string) => Promise<import('./mesh-cases.mjs').Figures>>} */
const cases = {
  stream0: (command) => mesh.stream(command, 0, times(600)),
  stream1: (command) => mesh.stream(command, 1, times(400)),
  udp: (command) => mesh.streamOver(command, 'udp', times(400)),
  ws: (command) => mesh.streamOver(command, 'ws', times(400)),
  ping: (command) => mesh.ping(command, times(500)),
  submit: (command) => work.submitLatency(command, times(100)),
  rate: (command) => work.submitRate(command, times(400)),
  stdout: (command) => work.remoteStdout(command, times(400)),
};

const base = existsSync(join(wanted, 'bin', 'receptor')) ? wanted : await buildOf(root, wanted);
const builds = { base: join(base, 'bin', 'receptor'), now: join(root, 'bin', 'receptor') };
/** @typedef {Record<keyof typeof builds, number[]>} Samples */
/** @type {Map<string, Samples>} */
const figures = new Map();
for (const [name, run] of Object.entries(cases)) {
  if (!values.only.split(',').some((each) => name.startsWith(each))) continue;
  for (let round = 0; round < rounds; round += 1) {
    // who is first changes: what one run leaves behind falls on both
    const order = /** @type {(keyof typeof builds)[]} */ (
      round % 2 === 0 ? ['base', 'now'] : ['now', 'base']
    );
    for (const side of order) {
      process.stderr.write(`${name}, round ${round + 1} of ${rounds}: ${side}\n`);
      for (const [figure, value] of Object.entries(await run(builds[side]))) {
        const samples = figures.get(figure) ?? { base: [], now: [] };
        samples[side].push(value);
        figures.set(figure, samples);
      }
    }
  }
}

console.log(
  `\nmedians of ${rounds} runs each, in turn; Node.js ${process.version}, QUIC engine ${process.env.RECEPTOR_QUIC_ENGINE}`,
);
const shown = (/** @type {number} */ value) =>
  value >= 100 ? value.toFixed(0) : value.toPrecision(3);
const longest = Math.max(...[...figures.keys()].map((name) => name.length));
for (const [name, samples] of figures) {
  const { ratio, chance, differs } = change(samples.base, samples.now);
  const verdict = !differs
    ? 'no change beyond noise'
    : isLessBetter(name) === ratio < 1
      ? 'BETTER'
      : 'WORSE';
  const [before, after] = [shown(median(samples.base)), shown(median(samples.now))];
  console.log(
    `${name.padEnd(longest)} ${before.padStart(8)} -> ${after.padStart(8)}  x${ratio.toFixed(2)}  ${verdict} (by chance: ${(chance * 100).toFixed(1)} %)`,
  );
}
