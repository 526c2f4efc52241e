// Two builds of ours against each other, in turn, and what differs between them beyond noise.
//   bench.mjs --compare BASE [--rounds 5] [--only TEXT[,TEXT]] [--quick] [--short]
// Fewer than four rounds can't tell a change from chance.
// BASE is a revision, which is built beside this clone and kept there, the folder of another clone that is built, or `previous`: where
// the branch has left main, and on main the commit before. --short is what is run after the tests: a few cases, for some two minutes
// at most; it says what it could not do and never fails.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildOf, previous } from './base-build.mjs';
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
    short: { type: 'boolean', default: false },
  },
});
/** What the short form measures, and when it begins no further case. */
const SHORT = { rounds: 4, only: ['stream0', 'ping', 'rate'], endsAt: performance.now() + 120_000 };
const [wanted] = positionals;
const rounds = values.short ? SHORT.rounds : Number(values.rounds);
const only = values.short ? SHORT.only : values.only.split(',');
if (wanted === undefined || !Number.isInteger(rounds) || rounds < 4 || rounds > 8) {
  console.error(
    'usage: bench --compare BASE [--rounds 4..8] [--only TEXT[,TEXT]] [--quick] [--short]',
  );
  process.exit(2);
}
const scale = values.quick || values.short ? 0.2 : 1;
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

/** @typedef {'base' | 'now'} Build */
/** @typedef {Record<Build, number[]>} Samples */

/**
 * Runs the cases with both builds in turn.
 *
 * @param {Record<Build, string>} commands
 * @returns {Promise<Map<string, Samples>>} by the names of the figures
 */
async function measure(commands) {
  /** @type {Map<string, Samples>} */
  const figures = new Map();
  for (const [name, run] of Object.entries(cases)) {
    if (!only.some((each) => name.startsWith(each))) continue;
    if (values.short && performance.now() > SHORT.endsAt) {
      console.log(`${name} is left out: the time is over`);
      continue;
    }
    for (let round = 0; round < rounds; round += 1) {
      // who is first changes: what one run leaves behind falls on both
      const order = /** @type {Build[]} */ (round % 2 === 0 ? ['base', 'now'] : ['now', 'base']);
      for (const side of order) {
        process.stderr.write(`${name}, round ${round + 1} of ${rounds}: ${side}\n`);
        try {
          for (const [figure, value] of Object.entries(await run(commands[side]))) {
            const samples = figures.get(figure) ?? { base: [], now: [] };
            samples[side].push(value);
            figures.set(figure, samples);
          }
        } catch (error) {
          console.log(`${name}: ${side} failed: ${error instanceof Error ? error.message : error}`);
        }
      }
    }
  }
  return figures;
}

const shown = (/** @type {number} */ value) =>
  value >= 100 ? value.toFixed(0) : value.toPrecision(3);

/** Prints each figure of both builds, and then which differ. @param {Map<string, Samples>} figures */
function print(figures) {
  const longest = Math.max(...[...figures.keys()].map((name) => name.length));
  /** @type {string[]} */
  const different = [];
  for (const [name, samples] of figures) {
    if (samples.base.length < rounds || samples.now.length < rounds) continue;
    const { ratio, chance, differs } = change(samples.base, samples.now);
    const verdict = !differs
      ? 'no change beyond noise'
      : isLessBetter(name) === ratio < 1
        ? 'BETTER'
        : 'WORSE';
    if (differs) different.push(`${name} x${ratio.toFixed(2)} ${verdict}`);
    const [before, after] = [shown(median(samples.base)), shown(median(samples.now))];
    console.log(
      `${name.padEnd(longest)} ${before.padStart(8)} -> ${after.padStart(8)}  x${ratio.toFixed(2)}  ${verdict} (by chance: ${(chance * 100).toFixed(1)} %)`,
    );
  }
  console.log(
    different.length === 0
      ? '\nNothing differs beyond noise.'
      : `\nBeyond noise: ${different.join('; ')}`,
  );
}

try {
  const revision = wanted === 'previous' ? previous(root) : wanted;
  const isFolder = existsSync(join(revision, 'bin', 'receptor'));
  const base = isFolder ? revision : buildOf(root, revision);
  const figures = await measure({
    base: join(base, 'bin', 'receptor'),
    now: join(root, 'bin', 'receptor'),
  });
  console.log(
    `\nthis build beside ${revision}: medians of ${rounds} runs each, in turn; Node.js ${process.version}, QUIC engine ${process.env.RECEPTOR_QUIC_ENGINE}`,
  );
  print(figures);
} catch (error) {
  if (!values.short) throw error;
  console.log(
    `\nThe speed could not be compared: ${error instanceof Error ? error.message : String(error)}`,
  );
}
