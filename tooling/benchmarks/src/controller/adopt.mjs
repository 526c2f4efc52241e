import { join } from 'node:path';
import { until } from '@receptorjs/tooling-attacks/until';
import { runLines, writeLines } from './event-stream.mjs';
import { cpuSeconds, WorkedPlane } from './plane.mjs';
import { ScriptedWorker } from './worker.mjs';

const TIMEOUT_MS = 300_000;

/**
 * What it costs to go on with a job that has stored many events: the controller that has it is killed, another one takes it, and an event follows.
 *
 * @param {object} settings
 * @param {string} settings.folder
 * @param {number} settings.events
 */
export async function adopt({ folder, events }) {
  const [most, rest] = [join(folder, 'most'), join(folder, 'rest')];
  const lines = [...runLines(events)];
  writeLines(most, lines.slice(0, -3));
  writeLines(rest, lines.slice(-3));
  const place = join(folder, 'worker');
  const script = `cat ${most}\n${ScriptedWorker.waitAtSecond(place)}\ncat ${rest}`;
  const worker = new ScriptedWorker(place, script);
  const settings = { folder, controllers: 2, worker: worker.program };
  const plane = await WorkedPlane.start({ ...settings, database: 'postgres' });
  try {
    const [id = 0] = await plane.launch(1);
    await plane.reach('running', 1, TIMEOUT_MS);
    await worker.open();
    const stored = async () =>
      (await plane.lastEvent(id, other())).counter === events - 1 || undefined;
    const other = () => plane.controllers.at(-1) ?? plane.first;
    await until('the events', stored, TIMEOUT_MS, 250);
    const owner = (await other().ask('GET', `jobs/${id}/`)).controller_node;
    const at = plane.controllers.findIndex(({ name }) => name === owner);
    const [killed] = plane.controllers.splice(at, 1);
    const before = cpuSeconds(other().pid);
    await killed?.stop('SIGKILL');
    const adopted = async () =>
      (await other().ask('GET', `jobs/${id}/`)).controller_node !== owner || undefined;
    await until('the adoption', adopted, TIMEOUT_MS, 10);
    const begun = Date.now();
    await worker.open('second');
    await plane.reach('pending,waiting,running', 0, TIMEOUT_MS, other());
    const last = await plane.lastEvent(id, other());
    return (
      `a job with ${events} events: the next event was stored ${Math.round(last.at - begun)} ms after the adoption; ` +
      `CPU of the controller that adopted: ${(cpuSeconds(other().pid) - before).toFixed(2)} s; events stored: ${last.counter}`
    );
  } finally {
    await plane.end();
  }
}
