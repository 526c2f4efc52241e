import type { Logger } from '../logger.js';

/** All a core takes from outside, besides its links: randomness, the calendar and a place for log lines. */
export interface Environment {
  /** Uniform in [0, 1). */
  random(): number;
  /** Wall clock, milliseconds since 1970; only written into advertisements and the node's epoch. */
  wallTime(): number;
  readonly log: Logger;
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Eight random characters: an update ID or an ephemeral service name. */
export function randomName(random: () => number): string {
  let name = '';
  for (let at = 0; at < 8; at++) name += LETTERS.charAt(Math.floor(random() * LETTERS.length));
  return name;
}

/** The epoch of a node that starts now: unix seconds times 2^24 plus a random number below 2^24. */
export function newEpoch(environment: Environment): bigint {
  const seconds = BigInt(Math.floor(environment.wallTime() / 1000));
  return (seconds << 24n) + BigInt(Math.floor(environment.random() * 0x1000000));
}
