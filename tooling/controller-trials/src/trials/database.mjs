import { setTimeout } from 'node:timers/promises';
import { ControlPlane } from '../control-plane.mjs';
import { resultOf } from '../result.mjs';

/**
 * PostgreSQL ends with no farewell while jobs run, is away for some seconds, and comes back.
 *
 * @type {import('../run-trial.mjs').Trial}
 */
export default async function database({ folder, options, say }) {
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
    await plane.running(jobs, 600_000);
    const begun = performance.now();
    await plane.server.kill();
    say('PostgreSQL is killed');
    await setTimeout(options.short ? 2_000 : 20_000);
    await plane.server.start();
    say('PostgreSQL is back');
    plane.openGate();
    /** @type {string[]} */
    const problems = [];
    await plane.ended(900_000);
    const ended = plane.controllers.filter((controller) => !controller.isRunning);
    for (const { name } of ended) problems.push(`the controller ${name} has ended`);
    return await resultOf(plane, { begun, problems });
  } finally {
    await plane.end();
  }
}
