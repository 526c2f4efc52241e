import { readFileSync } from 'node:fs';

/**
 * A process by its ID and start time: the ID alone may be another's by now.
 *
 * @typedef {object} ProcessIdentity
 * @property {number} pid
 * @property {string} start in clock ticks since the machine started
 */

/** @returns {ProcessIdentity | undefined} undefined where it has ended */
export function identify(/** @type {number} */ pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // the second field, in parentheses, may hold anything; the first behind it is the third
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? undefined : { pid, start: fields[18] ?? '' };
  } catch {
    return undefined;
  }
}

export const isAlive = (/** @type {ProcessIdentity} */ { pid, start }) =>
  identify(pid)?.start === start;
