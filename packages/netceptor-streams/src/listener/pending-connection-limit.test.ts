import { expect, it } from 'vitest';
import { PendingConnectionLimit } from './pending-connection-limit.js';

const stay = (): void => undefined;

it('admits so many of a node, and counts what is over once', () => {
  const limit = new PendingConnectionLimit();
  const ends: (() => void)[] = [];
  while (limit.admits('hostile')) ends.push(limit.begin('hostile', 'x', stay));
  expect(ends).toHaveLength(256);
  expect(limit.admits('other')).toBe(true);
  ends[0]?.();
  ends[0]?.();
  expect(limit.admits('hostile')).toBe(true);
  ends.push(limit.begin('hostile', 'x', stay));
  expect(limit.admits('hostile')).toBe(false);
  for (const end of ends) end();
  expect(limit.admits('hostile')).toBe(true);
});

it('lets the oldest give way when all nodes together have too many', () => {
  const limit = new PendingConnectionLimit();
  const gone: number[] = [];
  for (let count = 0; count < 2_051; count++) {
    const end = limit.begin(`node ${count}`, 'x', () => {
      gone.push(count);
      end();
    });
    if (count === 1) end();
  }
  expect(gone).toEqual([0, 2]);
  expect(limit.admits('node 0')).toBe(true);
});

it('lets those of the link give way over which the most have begun', () => {
  const limit = new PendingConnectionLimit();
  let friendsGone = 0;
  for (let count = 0; count < 5; count++) limit.begin('friend', 'y', () => (friendsGone += 1));
  let gone = 0;
  for (let count = 0; count < 10_000; count++) {
    const end = limit.begin(`ghost ${count}`, 'x', () => {
      gone += 1;
      end();
    });
  }
  expect(friendsGone).toBe(0);
  expect(gone).toBe(10_000 - 2_048 + 5);
});
