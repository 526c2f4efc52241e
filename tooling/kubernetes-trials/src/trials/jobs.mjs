import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '@receptorjs/tooling-attacks/until';
import { persist, unitsOf } from '@receptorjs/tooling-crash-matrix/client';
import { randomOf } from '@receptorjs/tooling-crash-matrix/random';
import { SupervisedDaemon } from '@receptorjs/tooling-crash-matrix/supervised-daemon';
import { FaultProxy } from '@receptorjs/tooling-kubernetes-cluster';
import { planOf } from '../job-plans.mjs';
import { followJob, releaseUnit } from '../job-course.mjs';
import { podAction, podActions, receptorCommands } from '../pod-node.mjs';
import { table } from '../table.mjs';
import { longPace, shortPace, Troubles } from '../troubles.mjs';

/** Milliseconds until a daemon that was killed is started again, at most. */
const RESTART_MS = 1_000;
/** Times as many jobs as were asked for, at most, until each kind of trouble has happened. */
const MOST_TIMES = 3;
/** Milliseconds in which all pods must be gone once all units are released. */
const ORPHANS_MS = 60_000;

/**
 * Many jobs through one daemon that is killed again and again, on a cluster whose API server is killed and whose streams are cut, with
 * random cancels and releases: what is lost, has run twice, is left.
 *
 * @type {import('../run-trial.mjs').Trial}
 */
export default {
  cluster: { logMaxSize: '1Mi', logMaxFiles: 3, logMonitorInterval: '3s' },
  async run({ cluster, folder, options, say }) {
    const { short, receptor } = options;
    const jobs = options.number('jobs', short ? 12 : 200);
    const parallel = options.number('parallel', short ? 6 : 16);
    const seed = options.number('seed', 1);
    const random = randomOf(seed);
    const effects = join(folder, 'effects');
    mkdirSync(effects);
    const namespace = await cluster.namespace('jobs');
    const proxy = await FaultProxy.start(cluster, { seed });
    const action = podAction({ kubeconfig: proxy.kubeconfig(cluster.kubeconfig), namespace });
    const restartMs = () => random() * RESTART_MS;
    const commands = receptorCommands(receptor);
    const daemon = new SupervisedDaemon(commands, receptor, folder, podActions(action), restartMs);
    daemon.start();
    const { socket } = daemon.daemon;
    /** @type {import('../job-course.mjs').JobCourse[]} */
    const courses = [];
    const victims = { daemon, cluster, proxy, ended: () => courses.length };
    const troubles = new Troubles(victims, seed, short ? shortPace : longPace);
    const begun = performance.now();
    let next = 0;
    const isMore = () => next < jobs || (troubles.missing.length > 0 && next < MOST_TIMES * jobs);
    try {
      await persist(socket, 'the daemon', async (client) => client.status(['NodeID']));
      troubles.begin();
      const worker = async () => {
        while (isMore() && daemon.failure === undefined) {
          const at = next++;
          const plan = planOf(seed, at);
          const job = { socket, node: receptor, effects, at, plan };
          const course = await followJob(job);
          courses.push(course);
          for (const problem of course.problems) say(problem);
          if (courses.length % 20 === 0)
            say(
              `${courses.length} of ${jobs} jobs, ${Math.round((performance.now() - begun) / 1000)} s`,
            );
        }
      };
      await Promise.all(Array.from({ length: parallel }, worker));
      await troubles.end();
      // those of attempts whose answer was lost, which nobody knows, and those that are there as long as their pods may be
      const units = [...(await unitsOf(socket)).keys()];
      await Promise.all(units.map((unitId) => releaseUnit(socket, unitId)));
      const released = performance.now();
      const left = await podsGone(cluster, namespace);
      const seconds = Math.round((performance.now() - begun) / 1000);
      const goneSeconds = Math.round((performance.now() - released) / 100) / 10;
      return resultOf({
        courses,
        left,
        failure: daemon.failure,
        jobs: next,
        seed,
        seconds,
        goneSeconds,
        troubles,
      });
    } finally {
      await troubles.end();
      await daemon.stop();
      await proxy.close();
    }
  },
};

/**
 * Waits until there are no pods any more; gives those that are left.
 *
 * @param {import('@receptorjs/tooling-kubernetes-cluster').Cluster} cluster
 * @param {string} namespace
 * @returns {Promise<string[]>}
 */
async function podsGone(cluster, namespace) {
  /** @type {string[]} */
  let left = [];
  const ask = async () => {
    const { items } = await cluster.request('GET', `/api/v1/namespaces/${namespace}/pods`);
    left = items.map((/** @type {{ metadata: { name: string } }} */ { metadata }) => metadata.name);
    return left.length === 0 ? true : undefined;
  };
  await until('the end of all pods', ask, ORPHANS_MS, 500).catch(() => undefined);
  return left;
}

/**
 * @param {object} found
 * @param {import('../job-course.mjs').JobCourse[]} found.courses
 * @param {string[]} found.left
 * @param {string | undefined} found.failure
 * @param {number} found.jobs
 * @param {number} found.seed
 * @param {number} found.seconds
 * @param {number} found.goneSeconds
 * @param {Troubles} found.troubles
 * @returns {import('../run-trial.mjs').Result}
 */
function resultOf({ courses, left, failure, jobs, seed, seconds, goneSeconds, troubles }) {
  const count = (/** @type {(course: import('../job-course.mjs').JobCourse) => number} */ of) =>
    courses.reduce((sum, course) => sum + of(course), 0);
  const fate = (/** @type {string} */ name) => count(({ end }) => (end === name ? 1 : 0));
  const rows = [
    ['jobs', jobs],
    ['succeeded, output exact', fate('succeeded')],
    ['canceled', fate('canceled')],
    ['released early', fate('released')],
    [
      'attempts that failed and said that they must be submitted again',
      count(({ again }) => again),
    ],
    ['submissions without an answer', count(({ unanswered }) => unanswered)],
    ['lost', fate('lost') + jobs - courses.length],
    ['doubled', count(({ doubled }) => doubled)],
    ['orphaned (pods 60 s after the last release)', left.length],
    ['kills of the daemon', troubles.counts.daemonKills],
    ['kills of the API server', troubles.counts.apiKills],
    ['answers spoilt', troubles.counts.spoiltAnswers],
  ];
  const problems = courses.flatMap((course) => course.problems);
  if (left.length > 0) problems.push(`orphaned: ${left.join(' ')}`);
  if (failure !== undefined) problems.push(failure);
  if (troubles.missing.length > 0)
    problems.push(`nothing is shown: none of ${troubles.missing.join(', ')}`);
  return {
    problems,
    text: [
      table(['what', 'count'], rows),
      `${seconds} s, seed ${seed}; the last pod was gone ${goneSeconds} s after the last release`,
    ].join('\n'),
  };
}
