// What the control plane costs: memory of a controller that is idle, the time from a launch to the start of its worker, events through the whole engine, a pass of the scheduler,
// many jobs at once, the adoption of a job with many events.
//   controller-figures.mjs [memory|launch|events|pass|many|adopt]... [--launches COUNT] [--events COUNT] [--rate COUNT] [--jobs COUNT] [--only pglite|postgres]
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { adopt } from './controller/adopt.mjs';
import { events } from './controller/events.mjs';
import { many } from './controller/many.mjs';
import { pass } from './controller/pass.mjs';
import { memoryMb } from './controller/plane.mjs';
import { ControllerProcess } from '@receptorjs/tooling-controller-trials/controller-process';
import { ControlPlane } from '@receptorjs/tooling-controller-trials/control-plane';

/** Milliseconds after which a controller that has started is idle, and V8 has given back what the start took. */
const SETTLE_MS = 60_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    launches: { type: 'string', default: '20' },
    events: { type: 'string', default: '100000' },
    rate: { type: 'string', default: '0' },
    jobs: { type: 'string', default: '1000' },
    only: { type: 'string', default: '' },
  },
});
const launches = Number(values.launches);
const eventCount = Number(values.events);
const rate = Number(values.rate);
const jobCount = Number(values.jobs);
const databases = /** @type {const} */ (['postgres', 'pglite']).filter(
  (name) => values.only === '' || values.only === name,
);
const figures = /** @type {Record<string, () => Promise<void>>} */ ({
  memory,
  launch,
  events: () =>
    onEach((database, folder) => events({ folder, database, events: eventCount, rate })),
  pass: () => onEach((database) => pass(database)),
  many: () => onEach((database, folder) => many({ folder, database, jobs: jobCount })),
  adopt: () =>
    inFolder(async (folder) => {
      console.log(`${await adopt({ folder, events: eventCount })}; ${load()}`);
    }),
});
const names = positionals.length > 0 ? positionals : Object.keys(figures);
const counts = [launches, eventCount, rate + 1, jobCount];
const isWrong = counts.some((count) => !Number.isInteger(count) || count < 1);
if (isWrong || databases.length === 0 || names.some((name) => !(name in figures))) {
  console.error(
    'usage: controller-figures [memory|launch|events|pass|many|adopt]... [--launches COUNT] [--events COUNT] [--rate COUNT] [--jobs COUNT] [--only pglite|postgres]',
  );
  process.exit(2);
}
for (const name of names) await figures[name]?.();

/** Does something in a folder of its own. @param {(folder: string) => Promise<void>} work */
async function inFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), 'cf-'));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Measures on each database and says what it has found. @param {(database: 'pglite' | 'postgres', folder: string) => Promise<string>} measure */
async function onEach(measure) {
  for (const database of databases) {
    await inFolder(async (folder) => {
      console.log(`${await measure(database, folder)}; ${load()}`);
    });
  }
}

function load() {
  return `load ${loadavg()[0]?.toFixed(1)}`;
}

async function memory() {
  await inFolder(async (folder) => {
    const alone = new ControllerProcess({
      ...{ name: 'alone', folder, dataDir: join(folder, 'data'), socket: '', database: undefined },
      env: process.env,
    });
    try {
      const ms = await alone.start();
      await setTimeout(SETTLE_MS);
      console.log(
        `idle on PGlite: ${memoryMb(alone.pid)} MB; it answered ${(ms / 1000).toFixed(1)} s after its start; ${load()}`,
      );
    } finally {
      await alone.stop();
    }
  });
  await inFolder(async (folder) => {
    const plane = await ControlPlane.start({ folder, controllers: 1, nodes: 1, steps: 1 });
    try {
      await setTimeout(SETTLE_MS);
      const [controller] = plane.controllers;
      console.log(`idle on PostgreSQL: ${memoryMb(controller?.pid ?? 0)} MB; ${load()}`);
    } finally {
      await plane.end();
    }
  });
}

/** A worker that notes when it has started, and ends well. */
function worker(/** @type {string} */ file) {
  return `#!/bin/sh
case "$*" in *--worker-info*)
  printf 'cpu_count: 64\\nmem_in_bytes: 137438953472\\nrunner_version: 2.4.3\\nuuid: 0000\\n'; exit;;
esac
date +%s%N >> ${file}
cat > /dev/null
printf '%s\\n' '{"status": "starting", "runner_ident": "1", "command": [], "env": {}, "cwd": "/"}' '{"status": "successful", "runner_ident": "1"}' '{"eof": true}'
`;
}

/** From the request of a launch to the first command of the worker, beside the same of a plain submission. */
async function launch() {
  await inFolder(async (folder) => {
    const file = join(folder, 'starts');
    const program = join(folder, 'worker.sh');
    writeFileSync(file, '');
    writeFileSync(program, worker(file), { mode: 0o755 });
    const plane = await ControlPlane.start({
      ...{ folder, controllers: 1, nodes: 1, steps: 1, worker: program },
    });
    const [controlNode] = plane.besides;
    const client = await controlNode?.control();
    try {
      const started = async (/** @type {number} */ count) => {
        for (;;) {
          const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
          if (lines.length >= count)
            return Number(BigInt(lines[count - 1] ?? '0') / 1_000n) / 1_000;
          await setTimeout(2);
        }
      };
      /** @type {number[]} */
      const plain = [];
      /** @type {number[]} */
      const launched = [];
      let count = 0;
      for (let at = 0; at < launches; at += 1) {
        const before = Date.now();
        await client?.runWork({ node: 'node-1', workType: 'ansible-runner' }, '{"eof": true}\n');
        plain.push((await started((count += 1))) - before);
        const then = Date.now();
        await plane.launch(1);
        launched.push((await started((count += 1))) - then);
        await plane.ended(30_000);
      }
      console.log(
        `from a launch to the start of its worker: median ${median(launched)} ms; of work submit: median ${median(plain)} ms; ${launches} each, in turn; ${load()}`,
      );
    } finally {
      client?.close();
      await plane.end();
    }
  });
}

function median(/** @type {number[]} */ times) {
  return Math.round([...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0);
}
