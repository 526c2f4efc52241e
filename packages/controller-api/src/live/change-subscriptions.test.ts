import type { ChangeFeed } from '@receptorjs/controller-core';
import { expect, it } from 'vitest';
import { AutoResetEvent } from './auto-reset-event.js';
import { ChangeSubscriptions } from './change-subscriptions.js';

it('keeps a job as long as somebody subscribes to it', () => {
  const feed: ChangeFeed = { listen: () => Promise.resolve(() => Promise.resolve()) };
  const subscriptions = new ChangeSubscriptions(feed);
  const [first, second] = [new AutoResetEvent(), new AutoResetEvent()];
  const ends = [subscriptions.toJob(1, first), subscriptions.toJob(1, second)];
  const other = subscriptions.toJob(2, first);
  expect(subscriptions.jobCount).toBe(2);
  other();
  ends[0]?.();
  expect(subscriptions.jobCount).toBe(1);
  ends[1]?.();
  ends[1]?.();
  expect(subscriptions.jobCount).toBe(0);
});
