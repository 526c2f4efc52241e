import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { until } from '@receptorjs/tooling-attacks/until';
import { freePort } from '@receptorjs/tooling-test-peers';
import { isFinal, PATIENCE_MS, persist, unitsOf } from './client.mjs';
import { Found } from './found.mjs';
import { filesLeft, ownersLeft, processesLeft } from './left.mjs';
import { randomOf } from './random.mjs';
import { stories } from './stories.mjs';
import { SupervisedDaemon } from './supervised-daemon.mjs';

/** Milliseconds a random kill comes after the client has begun, and a restart after a kill, at most. */
const KILL_MS = 1_500;
const RESTART_MS = 300;

/**
 * @typedef {object} Problem
 * @property {import('./found.mjs').Fault} fault
 * @property {string} text
 */

/**
 * @typedef {object} Run what a story is told with
 * @property {SupervisedDaemon} near
 * @property {SupervisedDaemon} far
 * @property {string} folder
 * @property {() => void} beforeLastRequest kills the far daemon where the case says so
 * @property {string} mark in the environment of all its jobs
 */

/**
 * Runs one case on two daemons of its own, and gives what is wrong.
 *
 * @param {import('./points.mjs').Case} each
 * @param {{ seed: number, times: number, commands: import('@receptorjs/tooling-attacks/commands').Commands }} options
 *   `times`: how often the point is come to before the kill
 * @returns {Promise<Problem[]>}
 */
export async function runCase(each, { seed, times, commands }) {
  const folder = await mkdtemp(join(tmpdir(), 'crash-'));
  const random = randomOf(seed);
  const run = await daemonsIn(folder, commands, () => random() * RESTART_MS);
  /** @type {Problem[]} */
  const problems = [];
  const add = (/** @type {unknown} */ error) => problems.push(problemOf(error));
  const victim = run[each.victim];
  const other = each.victim === 'near' ? run.far : run.near;
  const isRandom = each.point === 'random';
  try {
    victim.start(isRandom ? undefined : `${each.point}#${times}`);
    other.start(each.also === 'last-request' ? undefined : each.also);
    const isOver = new AbortController();
    const killing = isRandom ? killAtRandom(run, victim, random, isOver.signal) : undefined;
    const beforeLastRequest = () => each.also === 'last-request' && other.kill();
    await stories[each.story]({ ...run, beforeLastRequest }).catch(add);
    isOver.abort();
    await killing;
    if (!isRandom && times === 1 && victim.crashes === 0)
      add(new Found('not reached', `${each.point} was not come to`));
    await emptied(run).catch(add);
    await Promise.all([run.near.stop(), run.far.stop()]);
    await nothingLeft(run).catch(add);
  } finally {
    await Promise.all([run.near.stop(), run.far.stop()]);
    for (const { failure } of [run.near, run.far])
      if (failure !== undefined) add(new Found('stuck', failure));
    if (problems.length > 0 && process.env['CRASH_LOGS'] !== undefined) {
      for (const { daemon } of [run.near, run.far])
        console.error(await readFile(daemon.log, 'utf8'));
    }
    await rm(folder, { recursive: true, force: true });
  }
  return problems;
}

/** @param {unknown} error @returns {Problem} */
const problemOf = (error) =>
  error instanceof Found
    ? { fault: error.fault, text: error.message }
    : { fault: 'stuck', text: String(error) };

/**
 * @param {string} folder
 * @param {import('@receptorjs/tooling-attacks/commands').Commands} commands
 * @param {() => number} restartMs
 * @returns {Promise<Omit<Run, 'beforeLastRequest'>>}
 */
async function daemonsIn(folder, commands, restartMs) {
  const port = await freePort();
  const job = {
    'work-command': { worktype: 'job', command: 'env', allowruntimeparams: true, maxrunning: 1 },
  };
  const peer = { 'tcp-peer': { address: `127.0.0.1:${port}` } };
  const listener = { 'tcp-listener': { bindaddr: '127.0.0.1', port } };
  return {
    near: new SupervisedDaemon(commands, 'near', folder, [peer], restartMs),
    far: new SupervisedDaemon(commands, 'far', folder, [listener, job], restartMs),
    folder,
    mark: randomUUID(),
  };
}

/**
 * Kills the victim once, and then one of both.
 *
 * @param {Pick<Run, 'near' | 'far'>} run
 * @param {SupervisedDaemon} victim
 * @param {() => number} random
 * @param {AbortSignal} signal
 */
async function killAtRandom({ near, far }, victim, random, signal) {
  const plan = [victim, random() < 0.5 ? near : far].map((daemon) => ({
    daemon,
    ms: random() * KILL_MS,
  }));
  try {
    await near.daemon.control().then((client) => client.close());
    for (const { daemon, ms } of plan) {
      await setTimeout(ms, undefined, { signal });
      daemon.kill();
    }
  } catch {
    // the story is over
  }
}

/** Every unit that is left ends, and can be released. @param {Pick<Run, 'near' | 'far'>} run */
async function emptied({ near, far }) {
  const left = await unitsOf(near.daemon.socket);
  if (left.size > 0) await releaseAll(near.daemon.socket);
  // what near has released far has released, and what near never knew of has ended there
  await releaseAll(far.daemon.socket);
}

/** @param {string} socket */
async function releaseAll(socket) {
  for (const unitId of (await unitsOf(socket)).keys()) {
    await persist(socket, `the end of ${unitId}`, async (client) =>
      (await client.workList()).has(unitId)
        ? isFinal(await client.workStatus(unitId)) || undefined
        : true,
    );
    await persist(socket, `the release of ${unitId}`, async (client) => {
      if (!(await client.workList()).has(unitId)) return true;
      await client.workRelease(unitId);
      return undefined;
    });
  }
}

/** @param {Omit<Run, 'beforeLastRequest'>} run */
async function nothingLeft({ near, far, folder, mark }) {
  await until(
    'the end of all processes',
    () => (processesLeft(mark, folder).length === 0 ? true : undefined),
    PATIENCE_MS / 6,
  ).catch(() => {
    throw new Found('orphans', processesLeft(mark, folder).join('; '));
  });
  for (const { daemon } of [near, far]) {
    const left = [...filesLeft(daemon.dataDir), ...ownersLeft(daemon.dataDir)];
    if (left.length > 0) throw new Found('leaked', left.join(' '));
  }
}
