import type { Logger } from '@receptorjs/primitives';

/** All a core takes from outside, besides its links: randomness, the calendar and a place for log lines. */
export interface Environment {
  /** Uniform in [0, 1). */
  random(): number;
  /** Wall clock, milliseconds since 1970; only written into advertisements and the node's epoch. */
  wallTime(): number;
  readonly log: Logger;
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Random characters, 8 by default: an update ID or an ephemeral service name. */
export function randomName(random: () => number, length = 8): string {
  let name = '';
  for (let at = 0; at < length; at++) name += LETTERS.charAt(Math.floor(random() * LETTERS.length));
  return name;
}

/** How many epochs there are in a second, and in a millisecond. */
const PER_SECOND = 1 << 24;
const PER_MILLISECOND = Math.floor(PER_SECOND / 1000);

/**
 * The epoch of a node that starts now: unix seconds times 2^24, plus the time within the second, plus a random number
 * below a millisecond's worth. A node that is started again within the same second is younger than it was, so that the
 * mesh accepts it; the original's random number in place of the time leaves that to chance.
 */
export function newEpoch(environment: Environment): bigint {
  const wallTime = environment.wallTime();
  const seconds = Math.floor(wallTime / 1000);
  const within = Math.floor((wallTime - seconds * 1000) * PER_MILLISECOND);
  return (
    BigInt(seconds) * BigInt(PER_SECOND) +
    BigInt(within + Math.floor(environment.random() * PER_MILLISECOND))
  );
}
