import { setTimeout } from 'node:timers/promises';

const POLL_MS = 25;

/**
 * Asks until the answer is there: foreign processes have no event to await. An error counts as "not yet" and is told
 * when the time is over.
 *
 * @template T
 * @param {string} what for the error
 * @param {() => Promise<T | undefined> | T | undefined} ask
 * @param {number} timeoutMs
 * @returns {Promise<T>}
 */
export async function until(what, ask, timeoutMs) {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    /** @type {unknown} */
    let cause;
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      if (error instanceof GivenUp) throw error;
      cause = error;
    }
    if (performance.now() > deadline) {
      const reason = cause === undefined ? '' : `: ${String(cause)}`;
      throw new Error(`waited ${timeoutMs} ms for ${what}${reason}`, { cause });
    }
    await setTimeout(POLL_MS);
  }
}

/** What is waited for can't come any more: thrown by an `ask`, it ends the wait at once. */
export class GivenUp extends Error {
  /** @override */
  name = 'GivenUp';
}
