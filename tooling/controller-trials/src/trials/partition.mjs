import { setTimeout } from 'node:timers/promises';
import { ControlPlane } from '../control-plane.mjs';
import { resultOf } from '../result.mjs';

/**
 * Nothing goes between the controllers and the nodes that run jobs for a while. The jobs go on to their ends meanwhile.
 *
 * @type {import('../run-trial.mjs').Trial}
 */
export default async function partition({ folder, options, say }) {
  const jobs = options.number('jobs', options.short ? 6 : 50);
  const seconds = options.number('cut', options.short ? 8 : 300);
  const controllers = options.number('controllers', options.short ? 1 : 2);
  const steps = options.number('steps', options.short ? 4 : 30);
  const plane = await ControlPlane.start({
    folder,
    controllers,
    nodes: options.number('nodes', 2),
    steps,
  });
  try {
    await plane.launch(jobs);
    await plane.running(jobs, 600_000);
    const begun = performance.now();
    plane.openGate();
    plane.cut();
    say(`the mesh is cut for ${seconds} s, while ${jobs} jobs run`);
    await setTimeout(seconds * 1_000);
    const during = await plane.jobs();
    const ended = during.filter(({ status }) => status !== 'running');
    /** @type {string[]} */
    const problems = ended.map(
      ({ id, status }) => `job ${id} was said to be ${status} during the cut`,
    );
    plane.mend();
    const mended = performance.now();
    say('the mesh is mended');
    await plane.ended(900_000);
    return await resultOf(plane, {
      begun,
      problems,
      rows: [
        ['seconds of the cut', seconds],
        [
          'seconds from its end to the end of the last job',
          Math.round((performance.now() - mended) / 1000),
        ],
      ],
    });
  } finally {
    await plane.end();
  }
}
