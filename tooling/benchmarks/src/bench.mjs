// Every figure, ours beside the original's where it is present, as one table.
//   bench.mjs [--only TEXT[,TEXT]] [--quick] [--rounds N]
//   bench.mjs path [OPTIONS]    where a ping waits while a stream fills the links, see ping-path.mjs
//   bench.mjs scale [OPTIONS]   large simulated meshes, see scale.mjs
//   bench.mjs churn [OPTIONS]   streams opened and closed, see streams-churn.mjs
//   bench.mjs quic [OPTIONS]    both QUIC engines, see quic-engines.mjs
//   bench.mjs storage [OPTIONS] the database of the control plane, see controller-storage.mjs
//   bench.mjs controller [OPTIONS] a controller that is idle, launches, takes events, runs many jobs, see controller-figures.mjs
//   bench.mjs --compare BASE    this build beside another one of ours, see compare.mjs
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { goReceptor, skipsWithoutGo } from '@receptorjs/tooling-test-peers';
import * as mesh from './mesh-cases.mjs';
import * as runner from './runner-cases.mjs';
import { sshForward } from './ssh-forward.mjs';
import { concurrentRuns } from './runner-memory.mjs';
import * as streaming from './streaming-cases.mjs';
import { table } from './table.mjs';
import * as work from './work-cases.mjs';

/** Figures of ours alone, each by a script of its own. @type {Record<string, readonly string[]>} */
const scripts = {
  scale: ['scale.mjs'],
  churn: ['--expose-gc', 'streams-churn.mjs'],
  quic: ['quic-engines.mjs'],
  path: ['ping-path.mjs'],
  storage: ['controller-storage.mjs'],
  controller: ['controller-figures.mjs'],
  '--compare': ['compare.mjs'],
};
const [own = '', ...rest] = process.argv.slice(2);
const script = scripts[own];
if (script !== undefined) {
  const { status } = spawnSync(process.execPath, [...script, ...rest], {
    cwd: import.meta.dirname,
    stdio: 'inherit',
  });
  process.exit(status ?? 1);
}

// what the two commands of the README and npm install give; the optional native engine is named to be measured
process.env.RECEPTOR_QUIC_ENGINE ||= 'wasm';
const root = join(import.meta.dirname, '..', '..', '..');
const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '1' },
  },
});
const rounds = Number(options.rounds);
if (!Number.isInteger(rounds) || rounds < 1 || rounds > 20) {
  console.error('usage: bench [--only TEXT[,TEXT]] [--quick] [--rounds 1..20]');
  process.exit(2);
}
const scale = options.quick ? 0.2 : 1;
const times = (/** @type {number} */ count) => Math.max(2, Math.round(count * scale));

const ours = {
  receptor: join(root, 'bin', 'receptor'),
  runner: join(root, 'bin', 'ansible-runner'),
};
const venv = process.env.RECEPTORJS_VENV ?? join(root, '.venv');
const go = goReceptor.path === '' ? undefined : goReceptor.path;
const python = existsSync(join(venv, 'bin', 'ansible-runner'))
  ? join(venv, 'bin', 'ansible-runner')
  : undefined;

/** @typedef {import('./table.mjs').Rows} Rows */
/** @typedef {Record<string, number>} Figures */

/**
 * Runs cases for ours and for the original in turn, so that both see the same machine; who is first changes from round to round.
 *
 * @param {Record<string, (command: string, isOurs: boolean) => Promise<Figures>>} cases
 * @param {{ ours: string, original: string | undefined }} commands
 * @param {(name: string) => (() => Promise<Figures>) | undefined} [third] what else a case is compared with
 * @returns {Promise<Rows>}
 */
async function measure(cases, commands, third = () => undefined) {
  /** @type {Rows} */
  const rows = new Map();
  for (const [name, run] of Object.entries(cases)) {
    if (!options.only.split(',').some((each) => name.startsWith(each))) continue;
    const { ours: ourCommand, original } = commands;
    const other = third(name);
    /** @type {[import('./table.mjs').Side, () => Promise<Figures>][]} */
    const sides = [['ours', () => run(ourCommand, true)]];
    if (original !== undefined) sides.push(['original', () => run(original, false)]);
    if (other !== undefined) sides.push(['ssh', other]);
    for (let round = 0; round < rounds; round += 1) {
      for (const [side, figures] of round % 2 === 0 ? sides : sides.toReversed()) {
        process.stderr.write(`${name}${rounds > 1 ? `, round ${round + 1}` : ''}: ${side}\n`);
        try {
          for (const [figure, value] of Object.entries(await figures())) {
            const row = rows.get(figure) ?? {};
            row[side] = [...(row[side] ?? []), value];
            rows.set(figure, row);
          }
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          if (side === 'ssh') {
            withoutSsh = reason;
            continue;
          }
          process.exitCode = 1;
          console.error(`${name}: ${side} failed: ${reason}`);
        }
      }
    }
  }
  return rows;
}

/** Why there is nothing of OpenSSH to compare with. @type {string | undefined} */
let withoutSsh;
const meshRows = await measure(
  {
    stream0: (command) => mesh.stream(command, 0, times(300)),
    stream1: (command) => mesh.stream(command, 1, times(200)),
    udp: (command) => mesh.streamOver(command, 'udp', times(200)),
    ws: (command) => mesh.streamOver(command, 'ws', times(200)),
    mixed: async (command, isOurs) => {
      if (isOurs) return go === undefined ? {} : mesh.mixed(command, go, times(100));
      const { 'stream, 0 hops (MB/s)': speed = NaN } = await mesh.stream(command, 0, times(100));
      return { 'stream to the original (MB/s)': speed, 'stream from the original (MB/s)': speed };
    },
    idle: (command) => mesh.idle(command, times(30)),
    ping: (command) => mesh.ping(command, times(500)),
    pingload: (command) => mesh.pingUnderLoad(command, times(200), times(150)),
    submit: (command, isOurs) => work.submitLatency(command, times(isOurs ? 100 : 9)),
    rate: (command, isOurs) => work.submitRate(command, times(isOurs ? 400 : 64)),
    rate200: (command, isOurs) => work.submitRate(command, times(isOurs ? 1000 : 400), 200),
    stdout: (command, isOurs) => work.remoteStdout(command, times(isOurs ? 200 : 50)),
    stored: (command) => work.storedUnits(command, times(10_000)),
    running: (command) => work.runningUnits(command, times(500)),
  },
  { ours: ours.receptor, original: go },
  (name) =>
    name === 'stream0' && withoutSsh === undefined ? () => sshForward(times(300)) : undefined,
);
const runnerRows = await measure(
  {
    startup: (command) => runner.startUp(command, times(15)),
    events: (command, isOurs) => runner.eventRate(command, isOurs, times(50_000)),
    loop: (command) => runner.loopOverhead(command, times(2000), venv),
    memory: (command, isOurs) => concurrentRuns(command, isOurs, times(100)),
    transmit: (command) => streaming.transmit(command, times(100), 1_000_000, 'MB'),
    smallfiles: (command) => streaming.transmit(command, times(100_000), 400, 'files of 400 bytes'),
  },
  { ours: ours.runner, original: python },
);

if (meshRows.size + runnerRows.size > 0)
  console.log(
    `\nNode.js ${process.version}, QUIC engine ${process.env.RECEPTOR_QUIC_ENGINE}, ${rounds === 1 ? 'one round' : `medians of ${rounds} rounds (least to most)`}`,
  );
if (meshRows.size > 0)
  console.log(`\n${table(meshRows, { ours: 'receptorjs', original: 'receptor (Go)' })}`);
const overSsh = new Map([...meshRows].filter(([, row]) => row.ssh !== undefined));
if (overSsh.size > 0) console.log(`\n${table(overSsh, { ours: 'receptorjs', ssh: 'ssh -L' })}`);
if (withoutSsh !== undefined) console.log(`\nNo stream through ssh -L: ${withoutSsh}`);
skipsWithoutGo('\nnothing to compare the mesh with');
if (runnerRows.size > 0)
  console.log(
    `\n${table(runnerRows, { ours: 'receptorjs', original: 'ansible-runner (Python)' })}`,
  );
if (!python)
  console.log(`\nNo Python ansible-runner in ${venv}: nothing to compare the runner with.`);
