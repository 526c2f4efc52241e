import {
  CANCELED,
  FAILED,
  isFinal,
  isRefusal,
  persist,
  readResults,
  submitOnce,
  PENDING,
  SUCCEEDED,
} from './client.mjs';
import { until } from '@receptorjs/tooling-attacks/until';
import { Found } from './found.mjs';
import { Job } from './job.mjs';

/** Attempts a client makes to have its job run, when a daemon dies before it has taken it. */
const ATTEMPTS = 4;

/**
 * What a client does, and what must be true whenever daemons die meanwhile. A story fails with what is not.
 *
 * @type {Record<import('./points.mjs').Story, (run: import('./run-case.mjs').Run) => Promise<void>>}
 */
export const stories = {
  finish: async (run) => {
    const { unitId, job } = await taken(run, false);
    const [stdout, status] = await Promise.all([
      readResults(run.near.daemon.socket, unitId),
      ended(run, unitId),
    ]);
    if (status.state !== SUCCEEDED) throw new Found('lost', `${unitId}: ${status.detail}`);
    ranOnce(job, unitId);
    if (!stdout.equals(job.stdout)) {
      throw new Found('lost', `${unitId}: ${stdout.length} of ${job.stdout.length} bytes came`);
    }
    await released(run, unitId);
  },
  cancel: async (run) => {
    const { unitId, job } = await taken(run, true);
    await runs(job);
    // a cancel that comes while the other node is answering passes that answer by
    await isKnownToRun(run, unitId);
    run.beforeLastRequest();
    await persist(run.near.daemon.socket, `the cancel of ${unitId}`, async (client) => {
      await client.workCancel(unitId);
      return true;
    });
    const status = await ended(run, unitId);
    if (status.state !== CANCELED) throw new Found('untrue', `${unitId}: ${status.detail}`);
    ranOnce(job, unitId);
    await released(run, unitId);
  },
  release: async (run) => {
    const { unitId, job } = await taken(run, true);
    await runs(job);
    run.beforeLastRequest();
    await released(run, unitId);
    ranOnce(job, unitId);
  },
  queue: async (run) => {
    const first = await taken(run, true);
    await runs(first.job);
    const { unitId, job } = await taken(run, false);
    if (job.runs() > 0) throw new Found('untrue', `${unitId} has run, and its turn had not come`);
    await releasedHere(run, first.unitId);
    const status = await ended(run, unitId);
    if (status.state !== SUCCEEDED) throw new Found('lost', `${unitId}: ${status.detail}`);
    ranOnce(job, unitId);
    await released(run, unitId);
  },
};

/**
 * Submits until a daemon has the job: an attempt that breaks is looked after by its ID, and made again when it never ran.
 *
 * @param {import('./run-case.mjs').Run} run
 * @param {boolean} isLong
 */
async function taken(run, isLong) {
  const { socket } = run.near.daemon;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const job = new Job(run.folder, run.mark, { isLong });
    const { unitId, isAccepted } = await submitOnce(socket, job);
    if (unitId === undefined) continue;
    if (isAccepted) return { unitId, job };
    // a daemon that has told the ID knows it after its restart, and says what has become of the unit
    const status = await persist(socket, `the fate of ${unitId}`, async (client) => {
      const found = (await client.workList()).get(unitId);
      if (found === undefined) throw new Found('lost', `${unitId} is not known any more`);
      // one that is in line may wait for what comes later in its story
      const isQueued = found.detail.startsWith('Queued');
      return isFinal(found) || isQueued || job.runs() > 0 ? found : undefined;
    });
    if (!isFinal(status) || status.state === SUCCEEDED) return { unitId, job };
    if (job.runs() > 0) throw new Found('untrue', `${unitId} ran: ${status.detail}`);
    if (status.state !== FAILED && status.state !== CANCELED)
      throw new Found('untrue', `${unitId}: state ${status.state}`);
  }
  throw new Found('lost', `no daemon takes the job in ${ATTEMPTS} attempts`);
}

/** @param {Job} job */
const runs = (job) => until('the job to run', () => job.runs() > 0 || undefined);

/** @param {import('./run-case.mjs').Run} run @param {string} unitId */
const isKnownToRun = ({ near }, unitId) =>
  persist(near.daemon.socket, `${unitId} to run`, async (client) =>
    (await client.workStatus(unitId)).state === PENDING ? undefined : true,
  );

/** @param {import('./run-case.mjs').Run} run @param {string} unitId */
const ended = ({ near }, unitId) =>
  persist(near.daemon.socket, `the end of ${unitId}`, async (client) => {
    const status = await client.workStatus(unitId);
    return isFinal(status) ? status : undefined;
  });

/** Released here, and with it on the node where it ran. @param {import('./run-case.mjs').Run} run @param {string} unitId */
async function released(run, unitId) {
  const { far } = run;
  await releasedHere(run, unitId);
  await persist(far.daemon.socket, `no unit of ${unitId} at the far node`, async (client) =>
    (await client.workList()).size === 0 ? true : undefined,
  ).catch(() => {
    throw new Found('leaked', `the unit of ${unitId} is still at the far node`);
  });
}

/** @param {import('./run-case.mjs').Run} run @param {string} unitId */
async function releasedHere({ near }, unitId) {
  await persist(near.daemon.socket, `the release of ${unitId}`, async (client) => {
    if (!(await client.workList()).has(unitId)) return true;
    await client.workRelease(unitId).catch((error) => {
      if (!isRefusal(error) || !error.message.includes('unknown work unit')) throw error;
    });
    return undefined;
  });
}

/** @param {Job} job @param {string} unitId */
function ranOnce(job, unitId) {
  const count = job.runs();
  if (count > 1) throw new Found('doubled', `${unitId} ran ${count} times`);
  if (count === 0) throw new Found('untrue', `${unitId} never ran`);
}
