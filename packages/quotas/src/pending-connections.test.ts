import { expect, it } from 'vitest';
import { addressOrigin } from './origin.js';
import { PendingConnections } from './pending-connections.js';

const silent = (gone: () => void) => ({ isLink: () => false, giveWay: gone });

it('lets the oldest of an address give way to its newer ones, and leaves others alone', () => {
  const pending = new PendingConnections({ total: 1024, perOrigin: 512 });
  let othersGone = 0;
  let gone: number[] = [];
  for (let at = 0; at < 20; at++)
    pending.add(
      addressOrigin('192.0.2.1'),
      silent(() => (othersGone += 1)),
    );
  for (let at = 0; at < 600; at++)
    pending.add(
      addressOrigin('192.0.2.66'),
      silent(() => gone.push(at)),
    );
  expect(gone).toEqual(Array.from({ length: 600 - 512 }, (_, at) => at));
  gone = [];
  for (let at = 0; at < 900; at++)
    pending.add(
      addressOrigin(`198.51.100.${at % 250}`),
      silent(() => (othersGone += 0)),
    );
  expect(pending.size).toBe(1024);
  expect(othersGone).toBe(0);
});

it('does not count those that have become links, and no connection twice', () => {
  const pending = new PendingConnections({ total: 1024, perOrigin: 512 });
  const origin = addressOrigin('192.0.2.1');
  let gone = 0;
  const ends = Array.from({ length: 5000 }, () =>
    pending.add(origin, { isLink: () => true, giveWay: () => (gone += 1) }),
  );
  expect(gone).toBe(0);
  for (const end of ends) end();
  for (const end of ends) end();
  expect(pending.size).toBe(0);
});
