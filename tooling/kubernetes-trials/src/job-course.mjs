import { setTimeout } from 'node:timers/promises';
import { ControlClient } from '@receptorjs/control-client';
import {
  CANCELED,
  isFinal,
  isRefusal,
  persist,
  readResults,
  SUCCEEDED,
} from '@receptorjs/tooling-crash-matrix/client';
import { until } from '@receptorjs/tooling-attacks/until';
import { PodJob } from './pod-job.mjs';
import { requestOf } from './units.mjs';

const ANSWER_MS = 20_000;
const END_MS = 240_000;
const MOST_ATTEMPTS = 20;

/** Ends that say that the unit must be submitted again: what its stdin had got is not known, or it did not get all of it. */
const AGAIN = ['input-incomplete', 'input-lost'];

/**
 * What became of a job, all its attempts together.
 *
 * @typedef {object} JobCourse
 * @property {'succeeded' | 'canceled' | 'released' | 'lost'} end
 * @property {number} again attempts that failed and said that they must be submitted again
 * @property {number} unanswered submissions without an answer
 * @property {number} doubled attempts that ran more than once
 * @property {string[]} problems
 *
 * @typedef {object} JobContext
 * @property {string} socket of the daemon
 * @property {string} node
 * @property {string} effects folder in which jobs count how often they ran
 * @property {number} at number of the job
 * @property {import('./job-plans.mjs').JobPlan} plan
 */

/**
 * Has one job run, to its end, by as many attempts as a careful client would make. All its units are being released then.
 *
 * @param {JobContext} context
 * @returns {Promise<JobCourse>}
 */
export async function followJob(context) {
  /** @type {JobCourse} */
  const course = { end: 'lost', again: 0, unanswered: 0, doubled: 0, problems: [] };
  /** @type {PodJob[]} */
  const attempts = [];
  const lost = (/** @type {string} */ why) => {
    course.problems.push(`lost: job ${context.at}: ${why}`);
  };
  try {
    for (;;) {
      if (attempts.length >= MOST_ATTEMPTS) {
        lost(`${MOST_ATTEMPTS} attempts`);
        break;
      }
      const job = new PodJob(`j${context.at}a${attempts.length}`, context.plan, context.effects);
      attempts.push(job);
      const unitId = await submitOnce(context, job);
      if (unitId === undefined) {
        course.unanswered += 1;
        continue;
      }
      const end = await attemptEnd(context, job, unitId);
      await askForRelease(context.socket, unitId);
      if (end === 'again') {
        course.again += 1;
        continue;
      }
      if (typeof end === 'string') course.end = end;
      else lost(`${unitId}: ${end.why}`);
      break;
    }
  } catch (error) {
    lost(String(error));
  }
  for (const job of attempts) {
    if (job.runs() < 2) continue;
    course.doubled += 1;
    course.problems.push(`doubled: ${job.name} ran ${job.runs()} times`);
  }
  return course;
}

/**
 * @param {JobContext} context
 * @param {PodJob} job
 * @param {string} unitId
 * @returns {Promise<'succeeded' | 'canceled' | 'released' | 'again' | { why: string }>}
 */
async function attemptEnd({ socket, plan }, job, unitId) {
  if (plan.fate !== 'keep') await setTimeout(plan.waitMs);
  if (plan.fate === 'release') return 'released';
  if (plan.fate === 'cancel')
    await persist(socket, `the cancel of ${unitId}`, async (client) => {
      await client.workCancel(unitId);
      return true;
    });
  const status = await unitEnd(socket, unitId);
  const { state, detail, report } = status;
  if (state === CANCELED && plan.fate === 'cancel') return 'canceled';
  if (AGAIN.includes(report?.errorCode ?? '')) return 'again';
  if (state !== SUCCEEDED) return { why: `state ${state}, ${report?.errorCode}: ${detail}` };
  const got = await readResults(socket, unitId);
  const wanted = job.stdout;
  if (!got.equals(wanted))
    return { why: `its ${got.length} bytes are not the ${wanted.length} that it wrote` };
  return job.runs() === 0 ? { why: 'it never ran' } : 'succeeded';
}

/** Submits once; gives the unit's ID when that was answered. @param {JobContext} context @param {PodJob} job */
async function submitOnce({ socket, node }, job) {
  const client = await until('a connection', () =>
    ControlClient.connect(`unix:${socket}`, { timeoutMs: ANSWER_MS }).catch(() => undefined),
  );
  try {
    const wait = { timeoutMs: ANSWER_MS };
    const submission = await client.openSubmission(requestOf(node, job.pod), wait);
    const { unitId } = await submission.send(job.stdin, wait);
    return unitId;
  } catch (error) {
    if (isRefusal(error)) throw error;
    return undefined;
  } finally {
    client.close();
  }
}

/** The status of a unit that has ended. @param {string} socket @param {string} unitId */
async function unitEnd(socket, unitId) {
  const deadline = performance.now() + END_MS;
  for (;;) {
    const status = await persist(socket, `the status of ${unitId}`, (client) =>
      client.workStatus(unitId),
    );
    if (isFinal(status)) return status;
    if (performance.now() > deadline) throw new Error(`${unitId} does not end: ${status.detail}`);
    await setTimeout(200);
  }
}

/**
 * Releases a unit; it may be there for a while, as long as its pod is, or may be.
 *
 * @param {string} socket
 * @param {string} unitId
 * @returns whether it is gone
 */
const askForRelease = (socket, unitId) =>
  persist(socket, `the release of ${unitId}`, async (client) => {
    if (!(await client.workList()).has(unitId)) return 'gone';
    await client.workRelease(unitId).catch((error) => {
      // it may have gone a moment ago
      if (!isRefusal(error)) throw error;
    });
    return (await client.workList()).has(unitId) ? 'there' : 'gone';
  });

/** Releases a unit and waits until it is gone. @param {string} socket @param {string} unitId */
export async function releaseUnit(socket, unitId) {
  const deadline = performance.now() + END_MS;
  while ((await askForRelease(socket, unitId)) === 'there') {
    if (performance.now() > deadline) throw new Error(`${unitId} can't be released`);
    await setTimeout(500);
  }
}
