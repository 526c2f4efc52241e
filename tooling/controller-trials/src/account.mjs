/**
 * What is stored of a job.
 *
 * @typedef {object} JobAccount
 * @property {number} id
 * @property {string} status
 * @property {boolean} isFinished all that was emitted is stored
 * @property {number} emitted
 * @property {number} stored
 * @property {number} highest counter
 * @property {number} distinct different events by their UUIDs
 * @property {number} steady those of them that are the same number in each job
 */

/**
 * @typedef {object} Account
 * @property {number} jobs
 * @property {number} jobsLost which did not end well, or are known by nobody
 * @property {number} eventsLost
 * @property {number} eventsDoubled
 * @property {number} runsDoubled
 * @property {number} runsLost which are said to be successful and have not run to their end
 * @property {string[]} problems
 */

/**
 * Compares what is stored of jobs with what the witness has seen.
 *
 * @param {readonly number[]} launched ids
 * @param {readonly JobAccount[]} stored
 * @param {ReadonlyMap<number, { begun: number, ended: number }>} witness
 * @returns {Account}
 */
export function accountOf(launched, stored, witness) {
  const byId = new Map(stored.map((job) => [job.id, job]));
  const account = {
    jobs: launched.length,
    jobsLost: 0,
    eventsLost: 0,
    eventsDoubled: 0,
    runsDoubled: 0,
    runsLost: 0,
  };
  /** @type {string[]} */
  const problems = [];
  // all have the same playbook: one with fewer events than the others has lost some before anybody counted
  const usual = Math.max(0, ...stored.map(({ steady }) => steady));
  for (const id of launched) {
    const job = byId.get(id);
    const run = witness.get(id) ?? { begun: 0, ended: 0 };
    if (job?.status !== 'successful') {
      account.jobsLost += 1;
      problems.push(`job ${id} is ${job?.status ?? 'known by nobody'}`);
    }
    if (job !== undefined) {
      const lost = Math.max(usual - job.steady, Math.max(job.emitted, job.highest) - job.distinct);
      if (lost > 0) problems.push(`job ${id} has lost ${lost} events`);
      if (!job.isFinished)
        problems.push(`job ${id}: the storing of its events is not said to be at its end`);
      account.eventsLost += lost;
      const doubled = job.stored - job.distinct;
      if (doubled > 0) problems.push(`job ${id} has ${doubled} events twice`);
      account.eventsDoubled += doubled;
    }
    if (run.begun > 1 || run.ended > 1) {
      account.runsDoubled += 1;
      problems.push(`job ${id} has begun ${run.begun} times and ended ${run.ended} times`);
    }
    if (run.ended === 0) {
      account.runsLost += 1;
      problems.push(`job ${id} has not run to its end`);
    }
  }
  return { ...account, problems };
}
