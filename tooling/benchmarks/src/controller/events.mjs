import { join } from 'node:path';
import { runLines, writeLines } from './event-stream.mjs';
import { cpuSeconds, memoryMb, WorkedPlane } from './plane.mjs';
import { ScriptedWorker } from './worker.mjs';

const JOBS = 20;
const TIMEOUT_MS = 300_000;

/**
 * Events a second through the whole engine: real nodes, real units, a worker that writes the events of a run as fast as it can, or so many a second.
 *
 * @param {object} settings
 * @param {string} settings.folder
 * @param {'pglite' | 'postgres'} settings.database
 * @param {number} settings.events of all jobs
 * @param {number} settings.rate of all jobs, a second; 0 for as fast as they can
 */
export async function events({ folder, database, events: total, rate }) {
  const each = Math.ceil(total / JOBS);
  const stream = join(folder, 'stream');
  writeLines(stream, runLines(each));
  const paced = join(import.meta.dirname, 'paced.mjs');
  const script =
    rate === 0 ? `cat ${stream}` : `${process.execPath} ${paced} ${stream} ${rate / JOBS}`;
  const worker = new ScriptedWorker(join(folder, 'worker'), script);
  const plane = await WorkedPlane.start({ folder, database, worker: worker.program });
  try {
    const ids = await plane.launch(JOBS);
    await plane.reach('running', JOBS, TIMEOUT_MS);
    const before = pidsOf(plane).map(([name, pid]) => ({ name, pid, cpu: cpuSeconds(pid) }));
    await worker.open();
    await plane.reach('pending,waiting,running', 0, TIMEOUT_MS);
    const used = before.map(({ name, pid, cpu }) => ({ name, cpu: cpuSeconds(pid) - cpu }));
    const firsts = await Promise.all(ids.map((id) => plane.firstEvent(id)));
    const lasts = await Promise.all(ids.map((id) => plane.lastEvent(id)));
    const lost = lasts.filter(({ counter }) => counter !== each).length;
    const ended = worker.times('ended');
    const lags = ids
      .map((id, at) => (lasts[at]?.at ?? 0) - (ended.get(id) ?? 0))
      .sort((a, b) => a - b);
    const seconds = (Math.max(...lasts.map(({ at }) => at)) - Math.min(...firsts)) / 1_000;
    const pace = rate === 0 ? 'as fast as they can' : `${rate} a second`;
    return (
      `${database}: ${JOBS} jobs write ${each * JOBS} events, ${pace}: ${Math.round((each * JOBS) / seconds)} events a second from the first to the last that is stored; ` +
      `the last one of a job ${Math.round(lags[JOBS / 2] ?? 0)} ms (median) and ${Math.round(lags.at(-1) ?? 0)} ms (longest) after the end of its worker; jobs without all: ${lost}; ` +
      `cores: ${used.map(({ name, cpu }) => `${name} ${(cpu / seconds).toFixed(2)}`).join(', ')}; ${memoryMb(plane.first.pid)} MB`
    );
  } finally {
    await plane.end();
  }
}

/** @param {WorkedPlane} plane @returns {(readonly [name: string, pid: number])[]} */
const pidsOf = (plane) => [
  ['controller', plane.first.pid],
  ...plane.daemons.map(({ name, pid }) => /** @type {const} */ ([name, pid])),
];
