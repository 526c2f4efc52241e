import { silentLogger } from '@receptorjs/primitives';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PodRemoval, type RemovalReason } from './pod-removal.js';

let over: AbortController;
let lines: string[];
let removed: RemovalReason[];
/** What attempts come to: `resolve`, or `reject` with an error. */
let attempts: { readonly resolve: () => void; readonly reject: (error: Error) => void }[];
let changes: number;

beforeEach(() => {
  over = new AbortController();
  [lines, removed, attempts, changes] = [[], [], [], 0];
});
afterEach(() => {
  over.abort();
});

function removal(more: Partial<ConstructorParameters<typeof PodRemoval>[0]> = {}): PodRemoval {
  const line = (text: string): number => lines.push(text);
  return new PodRemoval({
    unitId: 'u',
    remove: () =>
      new Promise<void>((resolve, reject) => {
        attempts.push({ resolve, reject });
      }),
    onChange: () => {
      changes += 1;
    },
    onRemoved: (reason) => {
      removed.push(reason);
      return Promise.resolve();
    },
    signal: over.signal,
    log: { ...silentLogger, warning: line, error: line },
    ...more,
  });
}
const attempted = (count: number): Promise<boolean> =>
  vi.waitUntil(() => attempts.length === count, { interval: 1, timeout: 5_000 });

it('says whether the pod is gone, and goes on in the background where it is not', async () => {
  const one = removal();
  const asked = one.begin('cancel');
  attempts[0]?.reject(new Error('away'));
  expect(await asked).toBe(false);
  expect([one.reason, one.note, changes]).toEqual([
    'cancel',
    'its pod is yet to be deleted: away',
    1,
  ]);
  await attempted(2);
  attempts[1]?.resolve();
  await vi.waitUntil(() => one.reason === undefined, { interval: 1 });
  expect([removed, one.note, lines]).toEqual([
    ['cancel'],
    undefined,
    ["[u] its pod can't be deleted: away"],
  ]);
});

it('whoever asks is not kept waiting by an attempt that does not end', async () => {
  const one = removal({ answerMs: 20 });
  expect(await one.begin('release')).toBe(false);
  expect(attempts).toHaveLength(1);
  attempts[0]?.resolve();
  await vi.waitUntil(() => removed.length === 1, { interval: 1 });
});

it('does not wait for its turn once somebody asks again', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(1);
  const one = removal();
  const first = one.begin('end');
  for (let n = 0; n < 7; n++) {
    attempts[n]?.reject(new Error('away'));
    if (n === 0) await first;
    await vi.waitUntil(() => one.note?.includes('away'), { interval: 1 });
    const begun = performance.now();
    void one.begin('release');
    await attempted(n + 2);
    expect(performance.now() - begun).toBeLessThan(400);
  }
  vi.restoreAllMocks();
});

it('a release that comes while a cancel ends is not lost', async () => {
  const both: PodRemoval = removal({
    onRemoved: (reason) => {
      removed.push(reason);
      if (reason === 'cancel') void both.begin('release');
      return Promise.resolve();
    },
  });
  const asked = both.begin('cancel');
  attempts[0]?.resolve();
  expect(await asked).toBe(true);
  await attempted(2);
  attempts[1]?.resolve();
  await vi.waitUntil(() => removed.length === 2, { interval: 1 });
  expect(removed).toEqual(['cancel', 'release']);
});

it('what goes wrong besides is a line of the log', async () => {
  const one = removal({
    onChange: () => {
      throw new Error('disk');
    },
    onRemoved: () => Promise.reject(new Error('folder')),
  });
  const asked = one.begin('end');
  attempts[0]?.reject(new Error('away'));
  expect(await asked).toBe(false);
  await attempted(2);
  attempts[1]?.resolve();
  await vi.waitUntil(() => lines.includes('[u] folder'), { interval: 1 });
  expect(lines).toContain('[u] disk');
});
