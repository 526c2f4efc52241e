import { setTimeout } from 'node:timers/promises';

/**
 * Asks until the answer is there; what is attacked are foreign processes, so there is no event to await.
 *
 * @template T
 * @param {string} what
 * @param {() => Promise<T | undefined> | T | undefined} ask
 * @param {number} [timeoutMs]
 * @param {number} [pollMs]
 * @returns {Promise<T>}
 */
export async function until(what, ask, timeoutMs = 30_000, pollMs = 20) {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms for ${what}`);
    await setTimeout(pollMs);
  }
}
