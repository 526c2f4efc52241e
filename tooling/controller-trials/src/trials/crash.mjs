import { setTimeout } from 'node:timers/promises';
import { ControlPlane } from '../control-plane.mjs';
import { resultOf, timesOf } from '../result.mjs';

/** Milliseconds in which others must have the jobs of a controller that was killed. */
const ADOPTED_MS = 10_000;

/**
 * Jobs run; the controller that owns the most is killed together with the node beside it, as a machine that is gone. Where there are more than two, the next one follows.
 *
 * @type {import('../run-trial.mjs').Trial}
 */
export default async function crash({ folder, options, say }) {
  const jobs = options.number('jobs', options.short ? 6 : 50);
  const controllers = options.number('controllers', options.short ? 2 : 3);
  const steps = options.number('steps', options.short ? 3 : 10);
  const plane = await ControlPlane.start({
    folder,
    controllers,
    nodes: options.number('nodes', 2),
    steps,
  });
  try {
    say(`${controllers} controllers; ${jobs} jobs are launched`);
    await plane.launch(jobs);
    /** @type {string[]} */
    const problems = [];
    /** @type {number[]} */
    const times = [];
    let killed = 0;
    await plane.running(jobs, 600_000);
    const begun = performance.now();
    for (let round = 1; round < controllers; round += 1) {
      const owned = (await plane.jobs()).filter(({ status }) => status === 'running');
      const counts = plane.controllers.map(({ name }) =>
        owned.filter((job) => job.controller_node === name),
      );
      const most = counts.reduce((a, b) => (b.length > a.length ? b : a));
      const name = most[0]?.controller_node ?? '';
      const at = plane.controllers.findIndex((controller) => controller.name === name);
      if (at < 0) throw new Error('no job runs any more: there is nothing to kill');
      await Promise.all([
        plane.controllers[at]?.stop('SIGKILL'),
        plane.besides[at]?.stop('SIGKILL'),
      ]);
      say(`${name} is killed with the node beside it, while it owns ${most.length} jobs`);
      killed += most.length;
      const taken = await plane.adoption(
        most.map(({ id }) => id),
        name,
      );
      say(`all are adopted: ${timesOf(taken)}`);
      times.push(...taken);
      plane.controllers.splice(at, 1);
      plane.besides.splice(at, 1);
      await setTimeout(2_000);
    }
    if (Math.max(...times) > ADOPTED_MS) problems.push(`an adoption took ${Math.max(...times)} ms`);
    if (killed === 0)
      problems.push('nothing is shown: no job was owned by a controller that was killed');
    plane.openGate();
    await plane.ended(900_000);
    return await resultOf(plane, {
      begun,
      problems,
      rows: [
        ['controllers killed', controllers - 1],
        ['jobs of those', killed],
        ['adopted after', timesOf(times)],
      ],
    });
  } finally {
    await plane.end();
  }
}
