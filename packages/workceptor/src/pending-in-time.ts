import type { Outcome } from './unit.js';

/** Milliseconds after which a cancel or release that is still under way is answered as pending: within five seconds, the client's own included. */
const PENDING_ANSWER_MS = 4_500;

/**
 * What comes of a cancel or release, or `pending` when that takes close to five seconds; it goes on then.
 *
 * @param onLateFailure called when it fails after it was answered
 */
export function pendingInTime(
  ending: Promise<Outcome>,
  onLateFailure: (error: unknown) => void,
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    let answered = false;
    const timer = setTimeout(() => {
      answered = true;
      resolve('pending');
    }, PENDING_ANSWER_MS);
    ending
      .finally(() => {
        clearTimeout(timer);
      })
      .then(resolve, (error: unknown) => {
        if (answered) onLateFailure(error);
        else reject(error instanceof Error ? error : new Error(String(error)));
      });
  });
}
