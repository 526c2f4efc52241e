import { setTimeout } from 'node:timers/promises';
import { ControlPlane } from '../control-plane.mjs';
import { resultOf } from '../result.mjs';

/**
 * The daemon of a node that runs jobs is killed, and started again after some seconds; its jobs go on meanwhile.
 *
 * @type {import('../run-trial.mjs').Trial}
 */
export default async function node({ folder, options, say }) {
  const jobs = options.number('jobs', options.short ? 6 : 50);
  const controllers = options.number('controllers', options.short ? 1 : 2);
  const steps = options.number('steps', options.short ? 3 : 10);
  const plane = await ControlPlane.start({
    folder,
    controllers,
    nodes: options.number('nodes', 2),
    steps,
  });
  try {
    await plane.launch(jobs);
    const running = await plane.running(jobs, 600_000);
    const begun = performance.now();
    /** @type {string[]} */
    const problems = [];
    const victim = plane.nodes[0];
    const own = running.filter((job) => job.execution_node === victim?.name).length;
    if (own === 0) problems.push('nothing is shown: no job ran on the node that was killed');
    await victim?.stop('SIGKILL');
    say(`the daemon of ${victim?.name} is killed, while ${own} jobs run there`);
    await setTimeout(options.short ? 3_000 : 15_000);
    victim?.start();
    say('it is started again');
    plane.openGate();
    await plane.ended(900_000);
    return await resultOf(plane, {
      begun,
      problems,
      rows: [['jobs on the node that was killed', own]],
    });
  } finally {
    await plane.end();
  }
}
