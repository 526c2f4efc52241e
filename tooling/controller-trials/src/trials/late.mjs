import { setTimeout } from 'node:timers/promises';
import { until } from '@receptorjs/tooling-attacks/until';
import { ControlPlane } from '../control-plane.mjs';
import { resultOf, timesOf } from '../result.mjs';

/**
 * A controller is stopped until others have its jobs, and wakes up with events in its hands that it can't store any more.
 *
 * @type {import('../run-trial.mjs').Trial}
 */
export default async function late({ folder, options, say }) {
  const jobs = options.number('jobs', options.short ? 6 : 50);
  const controllers = options.number('controllers', 2);
  const steps = options.number('steps', options.short ? 3 : 10);
  const seconds = options.number('late', options.short ? 9 : 20);
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
    const sleeper = plane.controllers[0];
    if (sleeper === undefined) throw new Error('there is no controller');
    const own = running.filter((job) => job.controller_node === sleeper.name).map(({ id }) => id);
    /** @type {string[]} */
    const problems = [];
    if (own.length === 0) problems.push('nothing is shown: it owned no job');
    sleeper.signal('SIGSTOP');
    say(`${sleeper.name} sleeps, while it owns ${own.length} jobs`);
    const times = await plane.adoption(own, sleeper.name);
    say(`others have them: ${timesOf(times)}`);
    await setTimeout(Math.max(0, seconds * 1_000 - Math.max(...times)));
    sleeper.signal('SIGCONT');
    say('it wakes up');
    await until(
      'the word of the controller that its lease has expired',
      () => sleeper.logText().includes('The lease of this controller has expired') || undefined,
      30_000,
    ).catch((/** @type {unknown} */ error) => problems.push(`nothing is shown: ${String(error)}`));
    await setTimeout(1_000);
    const back = (await plane.jobs()).filter(
      ({ id, controller_node }) => own.includes(id) && controller_node === sleeper.name,
    );
    for (const { id } of back)
      problems.push(`job ${id} has gone back to the controller that slept`);
    plane.openGate();
    await plane.ended(900_000);
    return await resultOf(plane, {
      begun,
      problems,
      rows: [
        ['jobs of the controller that slept', own.length],
        ['adopted after', timesOf(times)],
      ],
    });
  } finally {
    await plane.end();
  }
}
