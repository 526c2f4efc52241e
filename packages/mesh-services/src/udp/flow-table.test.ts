import { addressOrigin, nodeOrigin } from '@receptorjs/quotas';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DropLog } from '../drop-log.js';
import { FlowTable } from './flow-table.js';

it('D17: holds the flows used last, and none longer than its idle time', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ source: fc.integer({ min: 0, max: 9 }), afterMs: fc.nat(60) })),
      (uses) => {
        let now = 0;
        const live = new Map<string, number>();
        const table = new FlowTable(
          { max: 4, idleMs: 100 },
          () => undefined,
          () => now,
        );
        for (const { source, afterMs } of uses) {
          now += afterMs;
          table.expire();
          for (const [key, at] of live) if (now - at >= 100) live.delete(key);
          const key = String(source);
          let made = false;
          table.use(key, addressOrigin('one'), () => {
            made = true;
            return { close: () => live.delete(key) };
          });
          expect(made).toBe(!live.has(key));
          live.delete(key);
          live.set(key, now);
          expect(table.size).toBe(live.size);
          expect(table.size).toBeLessThanOrEqual(4);
        }
        table.close();
        expect(live.size).toBe(0);
      },
    ),
  );
});

it('takes the place of the origin that has its share, or of the one with the most', () => {
  const ended: string[] = [];
  const table = new FlowTable({ max: 8, perOrigin: 6, idleMs: 100 }, (source) =>
    ended.push(source),
  );
  const use = (source: string, origin: string): unknown =>
    table.use(source, addressOrigin(origin), () => ({ close: () => undefined }));
  use('b1', 'b');
  for (let port = 1; port <= 6; port += 1) use(`a${port}`, 'a');
  expect(ended).toEqual([]);
  use('a1', 'a');
  use('a7', 'a');
  expect(ended).toEqual(['a2']);
  use('c1', 'c');
  use('d1', 'd');
  expect(ended).toEqual(['a2', 'a3']);
  expect(table.touch('b1')).toBeDefined();
  table.close();
});

it('takes the place of one over the link with the most, however few each of its nodes has', () => {
  const ended: string[] = [];
  const table = new FlowTable({ max: 8, perOrigin: 6, idleMs: 100 }, (source) =>
    ended.push(source),
  );
  const use = (source: string, node: string, via: string): unknown =>
    table.use(source, nodeOrigin(node, via), () => ({ close: () => undefined }));
  for (let at = 1; at <= 3; at += 1) use(`honest ${at}`, 'honest', 'y');
  for (let at = 1; at <= 50; at += 1) use(`ghost ${at}`, `ghost ${at}`, 'x');
  expect(ended).toEqual(Array.from({ length: 45 }, (_, at) => `ghost ${at + 1}`));
  table.close();
});

it('says at once what is dropped, then every ten seconds how many', () => {
  let now = 0;
  const lines: string[] = [];
  const ignore = (): void => undefined;
  const log = { error: ignore, info: ignore, debug: ignore, warning: (l: string) => lines.push(l) };
  const drops = new DropLog('p', log, () => now);
  for (; now < 25_000; now += 1000) drops.drop('too long');
  expect(lines).toEqual([
    'p: dropped 1 (1 in all): too long',
    'p: dropped 10 (11 in all): too long',
    'p: dropped 10 (21 in all): too long',
  ]);
  expect(drops.total).toBe(25);
  for (let reason = 0; reason < 1000; reason += 1) drops.drop(`reason ${reason}`);
  expect(lines.length).toBeLessThan(40);
});
