import { setTimeout } from 'node:timers/promises';
import { memoryMb } from './daemon.mjs';
import { AttackedMesh } from './mesh.mjs';
import { watch } from './watch.mjs';

/**
 * @typedef {object} Place where and how large an attack is
 * @property {import('./commands.mjs').Commands} commands
 * @property {string} folder an empty one, removed afterwards
 * @property {boolean} short whether it may take only seconds
 * @property {number} settleMs milliseconds between the attack and the look at what is left of it
 *
 * @typedef {object} Figures what is measured; undefined where it does not apply
 * @property {number} peakMb peak memory of the attacked process
 * @property {number} [stallMs] longest time it gave no answer, or for a command its whole time
 * @property {number} [pingMs] worst ping of a bystander
 * @property {string} job what became of a bystander's jobs
 * @property {number} [logKb]
 * @property {number} [leftMb] memory the attacked process holds more than before, a while after the attack
 * @property {string[]} problems what does not hold; empty where all does
 * @property {string} [note]
 * @property {string} [skipped] why it can't be run here
 *
 * @typedef {object} Attack
 * @property {string} title
 * @property {(place: Place) => Promise<Figures>} run
 *
 * @typedef {string[] | { problems: string[], peakMb: number }} Struck what does not hold, and the peak memory of the attacked
 *   process where that is not `hub`
 *
 * @typedef {object} Bounds what an attack may cost
 * @property {number} [peakMb]
 * @property {number} [stallMs]
 * @property {number} [pingMs]
 * @property {number} [logKb]
 * @property {number} [leftMb]
 * @property {number} [refused] how many of an operator's questions may be refused
 * @property {number} [lostPings]
 */

/** Bounds that hold whatever the attack: far above what an idle node on a busy machine needs. @type {Bounds} */
export const usual = {
  peakMb: 350,
  stallMs: 2_000,
  pingMs: 2_000,
  logKb: 256,
  leftMb: 150,
  refused: 0,
  lostPings: 0,
};

/** On a machine that is busy with other tests times say less than counts do. */
const TIMES_WHEN_SHORT = 3;

/** @param {Bounds | undefined} own @param {boolean} short */
function boundsOf(own, short) {
  const bounds = { ...usual, ...own };
  const times = short ? TIMES_WHEN_SHORT : 1;
  const { stallMs = Infinity, pingMs = Infinity } = bounds;
  return { ...bounds, stallMs: stallMs * times, pingMs: pingMs * times };
}

/**
 * An attack on `hub`, while bystanders use the mesh.
 *
 * @param {object} attack
 * @param {string} attack.title
 * @param {(place: Place) => Promise<object[]> | object[]} [attack.hubActions] further actions of `hub`
 * @param {number} [attack.hubDiskMb] the data directory of `hub` is a disk of its own, so large
 * @param {(mesh: AttackedMesh, place: Place) => Promise<Struck | void>} attack.strike
 * @param {(mesh: AttackedMesh, place: Place) => Promise<string[]>} [attack.after] the same, once the dust has settled
 * @param {Bounds} [attack.bounds] those that differ from the usual ones
 * @returns {Attack}
 */
export function onMesh({ title, hubActions, hubDiskMb, strike, after, bounds }) {
  return {
    title,
    run: async (place) => {
      if (hubDiskMb !== undefined && process.getuid?.() !== 0) {
        return { peakMb: 0, job: '-', problems: [], skipped: 'a small disk needs root' };
      }
      const actions = (await hubActions?.(place)) ?? [];
      const options = { actions, diskMb: hubDiskMb };
      const mesh = await AttackedMesh.start(place.commands, place.folder, options);
      try {
        const { hub } = mesh;
        const bystander = await watch(mesh);
        await setTimeout(500);
        const before = memoryMb(hub.pid, 'VmRSS');
        const struck = (await strike(mesh, place).catch(ofEnded(hub))) ?? [];
        const problems = Array.isArray(struck) ? struck : struck.problems;
        await setTimeout(place.settleMs);
        const leftMb = await memoryLeft(hub, before, bounds?.leftMb ?? usual.leftMb ?? Infinity);
        const seen = await bystander.stop();
        if (hub.end !== undefined) problems.push(`hub ended: ${hub.end}`);
        else problems.push(...((await after?.(mesh, place)) ?? []));
        const peakMb = Array.isArray(struck) ? seen.peakMb : struck.peakMb;
        const figures = { ...seen, peakMb, leftMb, logKb: Math.round(mesh.logBytes() / 1024) };
        return {
          ...figures,
          job: jobs(seen),
          problems: [...problems, ...verify(figures, boundsOf(bounds, place.short))],
        };
      } finally {
        await mesh.end();
      }
    },
  };
}

/** How long memory may take to go back: the collector comes when there is work. */
const MEMORY_BACK_MS = 60_000;

/**
 * How much more memory a process holds than before, once that is within its bound, or at the end of its time.
 *
 * @param {import('./daemon.mjs').Daemon} daemon @param {number} before @param {number} bound all in MB
 */
async function memoryLeft(daemon, before, bound) {
  const until = performance.now() + MEMORY_BACK_MS;
  for (;;) {
    const leftMb = Math.max(0, memoryMb(daemon.pid, 'VmRSS') - before);
    if (leftMb <= bound || daemon.end !== undefined || performance.now() > until) return leftMb;
    await setTimeout(500);
  }
}

/** An attack that goes on when its victim has ended fails; that is reported below. */
const ofEnded =
  (/** @type {import('./daemon.mjs').Daemon} */ hub) => (/** @type {unknown} */ error) => {
    if (hub.end === undefined) throw error;
  };

const jobs = (/** @type {import('./watch.mjs').Seen} */ { jobs, failedJobs }) =>
  `${jobs} of ${jobs + failedJobs.length}`;

/** @param {import('./watch.mjs').Seen & { leftMb: number, logKb: number }} figures @param {Bounds} bounds */
function verify(figures, bounds) {
  const problems = [];
  for (const figure of /** @type {const} */ (['peakMb', 'stallMs', 'pingMs', 'logKb', 'leftMb'])) {
    const allowed = bounds[figure] ?? Infinity;
    if (figures[figure] > allowed) {
      problems.push(`${figure} ${Math.round(figures[figure])} of at most ${allowed}`);
    }
  }
  const { refused, questions, lostPings, pings, jobs, failedJobs } = figures;
  if (refused > (bounds.refused ?? 0)) {
    problems.push(`${refused} of ${questions} questions of an operator refused`);
  }
  if (lostPings > (bounds.lostPings ?? 0)) problems.push(`${lostPings} of ${pings} pings lost`);
  if (jobs === 0) problems.push("no bystander's job came to its end");
  if (failedJobs.length > 0) problems.push(`a bystander's job failed: ${failedJobs[0]}`);
  return problems;
}
