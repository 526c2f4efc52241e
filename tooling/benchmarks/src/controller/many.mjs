import { join } from 'node:path';
import { endLines, writeLines } from './event-stream.mjs';
import { cpuSeconds, memoryMb, WorkedPlane } from './plane.mjs';
import { ScriptedWorker } from './worker.mjs';

const NODES = 4;
const TIMEOUT_MS = 600_000;
/** Milliseconds for which it is looked at while all run. */
const IDLE_MS = 20_000;

/**
 * Jobs that run at once from one controller, each waiting at a gate.
 *
 * @param {object} settings
 * @param {string} settings.folder
 * @param {'pglite' | 'postgres'} settings.database
 * @param {number} settings.jobs
 */
export async function many({ folder, database, jobs }) {
  const stream = join(folder, 'stream');
  writeLines(stream, endLines());
  const worker = new ScriptedWorker(join(folder, 'worker'), `cat ${stream}`);
  const plane = await WorkedPlane.start({ folder, database, worker: worker.program, nodes: NODES });
  try {
    const { pid } = plane.first;
    const idle = memoryMb(pid);
    const begun = performance.now();
    const cpuAt = cpuSeconds(pid);
    await plane.launch(jobs);
    const launched = performance.now();
    await plane.reach('running', jobs, TIMEOUT_MS);
    const running = performance.now();
    const cpuRunning = cpuSeconds(pid);
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    const cpuIdle = cpuSeconds(pid);
    const memory = memoryMb(pid);
    const opened = performance.now();
    await worker.open();
    await plane.reach('pending,waiting,running', 0, TIMEOUT_MS);
    const ended = performance.now();
    const successful = await plane.count('successful');
    const begunOnce = worker.times('begun').size;
    const seconds = (/** @type {number} */ ms) => (ms / 1_000).toFixed(1);
    return (
      `${database}: ${jobs} jobs at once on ${NODES} nodes: launched in ${seconds(launched - begun)} s, all run after ${seconds(running - begun)} s (CPU ${(cpuRunning - cpuAt).toFixed(1)} s); ` +
      `while they do: ${memory} MB (idle ${idle} MB), ${(((cpuIdle - cpuRunning) / IDLE_MS) * 1_000).toFixed(2)} cores; ` +
      `all ended ${seconds(ended - opened)} s after the gate was opened (CPU ${(cpuSeconds(pid) - cpuIdle).toFixed(1)} s); lost: ${jobs - successful}; workers that began: ${begunOnce}`
    );
  } finally {
    await plane.end();
  }
}
