import type { Clock } from '../../ports/clock.js';

/**
 * Does something for so many milliseconds at most, by the clock that is given.
 *
 * @throws what `work` throws when its signal fires: the reason of `signal`, or that it took too long
 */
export async function withTimeLimit<T>(
  clock: Clock,
  ms: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const done = new AbortController();
  clock.sleep(ms, done.signal).then(
    () => {
      if (!done.signal.aborted) limit.abort(new Error(`it took more than ${ms / 1000} s`));
    },
    () => undefined,
  );
  try {
    return await work(AbortSignal.any([signal, limit.signal]));
  } finally {
    done.abort();
  }
}
