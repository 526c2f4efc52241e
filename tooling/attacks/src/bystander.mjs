// A bystander of the mesh, in a thread of its own, so that the work of the attack does not count: an operator who asks
// `hub` for its status over a new connection each time, a ping from `near` to `far`, and a job from `near` on `far`.
import { setTimeout } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { ControlClient } from '@receptorjs/control-client';
import { memoryMb } from './daemon.mjs';

/** Milliseconds between two questions of a kind, and until a question counts as lost. */
const PAUSE_MS = 25;
const LOST_MS = 30_000;
const JOB_INPUT = 'a line of the bystander\n';

/** @type {{ hub: string, near: string, pid: number }} */
const { hub, near, pid } = workerData;
const stop = new AbortController();
/** @type {import('./watch.mjs').Seen} */
const seen = {
  peakMb: 0,
  stallMs: 0,
  pingMs: 0,
  questions: 0,
  refused: 0,
  pings: 0,
  lostPings: 0,
  jobs: 0,
  failedJobs: [],
};

/** Does something again and again; what is under way at the end counts for as long as it has taken. */
async function again(/** @type {() => Promise<void>} */ once) {
  while (!stop.signal.aborted) {
    await Promise.race([once(), aborted]);
    await setTimeout(PAUSE_MS);
  }
}
const aborted = new Promise((/** @type {(value: void) => void} */ resolve) =>
  stop.signal.addEventListener('abort', () => resolve()),
);

/** Runs a question, and gives the longest time one of this kind has taken. */
async function timed(
  /** @type {'stallMs' | 'pingMs'} */ figure,
  /** @type {() => Promise<void>} */ ask,
) {
  const started = performance.now();
  const note = () => (seen[figure] = Math.max(seen[figure], performance.now() - started));
  stop.signal.addEventListener('abort', note);
  try {
    await ask();
  } finally {
    stop.signal.removeEventListener('abort', note);
    note();
  }
}

const askHub = () =>
  timed('stallMs', async () => {
    seen.questions += 1;
    let client;
    try {
      client = await ControlClient.connect(`unix:${hub}`, { timeoutMs: LOST_MS });
      await client.status(['NodeID'], { timeoutMs: LOST_MS });
    } catch {
      seen.refused += 1;
    } finally {
      client?.close();
    }
  });

const ping = () =>
  timed('pingMs', async () => {
    seen.pings += 1;
    let client;
    try {
      client = await ControlClient.connect(`unix:${near}`, { timeoutMs: LOST_MS });
      const { success } = await client.ping('far', { timeoutMs: LOST_MS });
      if (!success) seen.lostPings += 1;
    } catch {
      seen.lostPings += 1;
    } finally {
      client?.close();
    }
  });

async function job() {
  let client;
  try {
    client = await ControlClient.connect(`unix:${near}`, { timeoutMs: LOST_MS });
    const { stdout } = await client.runWork({ node: 'far', workType: 'cat' }, JOB_INPUT);
    if (String(stdout) !== JOB_INPUT) seen.failedJobs.push(`wrote ${String(stdout)}`);
    seen.jobs += 1;
  } catch (error) {
    seen.failedJobs.push(error instanceof Error ? error.message : String(error));
  } finally {
    client?.close();
  }
}

async function watchMemory() {
  seen.peakMb = Math.max(seen.peakMb, memoryMb(pid, 'VmHWM'));
}

parentPort?.once('message', () => stop.abort());
parentPort?.postMessage('ready');
await Promise.all([again(askHub), again(ping), again(job), again(watchMemory)]);
await watchMemory();
parentPort?.postMessage(seen);
parentPort?.close();
process.exit();
