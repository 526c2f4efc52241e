/**
 * What a unit came to whose streams were to be cut.
 *
 * @typedef {object} SeenOutput
 * @property {string} state
 * @property {string | undefined} code of its error
 * @property {boolean} isEqual whether its output is what the pod wrote
 * @property {number} cuts of streams of its output
 * @property {number} rotated files of its pod's log
 */

/**
 * What does not hold of it; undefined when all does.
 *
 * By the log alone some may be lost, but never without a word. A unit that has not met its faults shows nothing.
 *
 * @param {SeenOutput} seen
 * @param {{ byLog: boolean }} how
 */
export function outputProblem({ state, code, isEqual, cuts, rotated }, { byLog }) {
  const isComplete = state === 'Succeeded' && isEqual;
  const isToldLost = state === 'Failed' && code === 'output-lost';
  if (!isComplete && !(byLog && isToldLost)) return 'neither complete nor known not to be';
  if (cuts === 0) return 'no stream of its output was cut';
  if (byLog && rotated === 0) return 'its log was not rotated';
  return undefined;
}
