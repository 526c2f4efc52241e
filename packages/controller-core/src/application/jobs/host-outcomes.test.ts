import { expect, it } from 'vitest';
import { hostOutcomes, statusCounts } from './host-outcomes.js';

const none = { changed: 0, dark: 0, failures: 0, skipped: 0, ignored: 0, rescued: 0 };

it('has each host that any count names, and counts each by its worst end', () => {
  const outcomes = hostOutcomes(
    {
      ok: { a: 3, b: 1, c: 1 },
      changed: { b: 1 },
      failures: { b: 1 },
      dark: { d: 1 },
      skipped: 'none',
      processed: { a: 1, b: 1, c: 1, d: 1 },
      artifact_data: { x: 1 },
    },
    new Map([['a', 11]]),
  );
  expect(outcomes).toEqual([
    { host_name: 'a', host_id: 11, ...none, ok: 3, processed: 1 },
    { host_name: 'b', host_id: null, ...none, ok: 1, changed: 1, failures: 1, processed: 1 },
    { host_name: 'c', host_id: null, ...none, ok: 1, processed: 1 },
    { host_name: 'd', host_id: null, ...none, ok: 0, dark: 1, processed: 1 },
  ]);
  expect(statusCounts(outcomes)).toEqual({ ok: 2, failures: 1, dark: 1 });
});
