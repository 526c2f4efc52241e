import { ControlPlane } from '../control-plane.mjs';
import { resultOf } from '../result.mjs';

/**
 * Several controllers give places to jobs and run them, all at the same time.
 *
 * @type {import('../run-trial.mjs').Trial}
 */
export default async function share({ folder, options }) {
  const jobs = options.number('jobs', options.short ? 12 : 300);
  const controllers = options.number('controllers', options.short ? 2 : 3);
  const steps = options.number('steps', 1);
  const plane = await ControlPlane.start({
    folder,
    controllers,
    nodes: options.number('nodes', 2),
    steps,
  });
  try {
    const begun = performance.now();
    plane.openGate();
    await plane.launch(jobs);
    await plane.ended(3_600_000);
    const ended = await plane.jobs();
    /** @type {string[]} */
    const problems = [];
    const shares = plane.controllers.map(({ name }) => ({
      name,
      count: ended.filter((job) => job.controller_node === name).length,
    }));
    for (const { name, count } of shares)
      if (count === 0) problems.push(`nothing is shown: ${name} had no job`);
    return await resultOf(plane, {
      begun,
      problems,
      rows: shares.map(({ name, count }) => [`jobs of ${name}`, count]),
    });
  } finally {
    await plane.end();
  }
}
