import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { KubernetesError } from '../errors.js';
import { retryPassing } from './retry-passing.js';

const away = new KubernetesError('unreachable', 'away');
let problems: string[];
beforeEach(() => {
  vi.useFakeTimers();
  problems = [];
});
afterEach(() => {
  vi.useRealTimers();
});

const retry = <T>(attempt: () => Promise<T>): Promise<T> =>
  retryPassing(attempt, {
    forMs: 60_000,
    onProblem: (why) => problems.push(why),
    signal: new AbortController().signal,
    pause: (ms) => {
      vi.advanceTimersByTime(ms);
      return Promise.resolve();
    },
  });

it('asks again until there is an answer, and says why there is none', async () => {
  const attempt = vi.fn().mockRejectedValueOnce(away).mockRejectedValueOnce(away);
  attempt.mockResolvedValue('answer');
  expect(await retry(attempt)).toBe('answer');
  expect(problems).toEqual(['away', 'away']);
});

it('gives up after its time', async () => {
  const begun = performance.now();
  const attempt = vi.fn().mockRejectedValue(away);
  await expect(retry(attempt)).rejects.toBe(away);
  expect(performance.now() - begun).toBeGreaterThanOrEqual(60_000);
  expect(performance.now() - begun).toBeLessThan(75_000);
  expect(attempt.mock.calls.length).toBeGreaterThan(5);
});

it('does not ask again for what does not pass', async () => {
  const refused = new KubernetesError('forbidden', 'no');
  await expect(retry(() => Promise.reject(refused))).rejects.toBe(refused);
  expect(problems).toEqual([]);
});

it('ends its wait when nobody wants it any more', async () => {
  const over = new AbortController();
  const asked = retryPassing(() => Promise.reject(away), {
    forMs: 60_000,
    onProblem: () => {
      over.abort();
    },
    signal: over.signal,
  });
  await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
});
