import { expect, it } from 'vitest';
import { updateNeed } from './update-needs.js';

const now = 1_000_000;
const ended = (status: 'successful' | 'failed' | 'canceled', secondsAgo: number) => ({
  id: 7,
  status,
  finished: new Date(now - secondsAgo * 1000),
});

it.each([
  ['nothing was updated yet', undefined, 60, 'new'],
  ['one is under way', { id: 7, status: 'pending' as const, finished: null }, 0, 'wait'],
  ['the last one has failed', ended('failed', 1), 60, 'new'],
  ['the last one was canceled', ended('canceled', 1), 60, 'new'],
  ['the last one is still good', ended('successful', 59), 60, 'none'],
  ['the last one is too old', ended('successful', 60), 60, 'new'],
  ['nothing is good for any time', ended('successful', 0), 0, 'new'],
])('%s', (_, last, cache, kind) => {
  expect(updateNeed(last, cache, now)).toMatchObject({ kind });
});
