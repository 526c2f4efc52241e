import { expect, it } from 'vitest';
import { addressOrigin, localOrigin, nodeOrigin } from './origin.js';
import { SharedLines } from './shared-lines.js';

const one = addressOrigin('192.0.2.1');

/** Lines on a clock that stands until it is moved. */
function start() {
  const written: string[] = [];
  const clock = { now: 5 };
  const lines = new SharedLines(() => clock.now);
  const cause = (origin: typeof one, count: number): number => {
    const before = written.length;
    for (let at = 0; at < count; at++)
      lines.write(origin, `no ${at}`, (line) => written.push(line));
    return written.length - before;
  };
  return { written, clock, cause };
}

it('writes some lines of each origin, some of all, and some that only the local socket may cause', () => {
  const { cause } = start();
  const origins = Array.from({ length: 10 }, (_, at) => nodeOrigin(`n${at}`, `n${at}`));
  expect(origins.map((origin) => cause(origin, 100_000))).toEqual([
    60,
    61,
    61,
    ...Array<number>(7).fill(0),
  ]);
  // the first line of each says how many were left out
  expect(cause(localOrigin, 100_000)).toBe(61);
});

it('leaves room for others whatever local clients cause', () => {
  const { cause } = start();
  expect(cause(localOrigin, 100_000)).toBe(60);
  expect(cause(one, 5)).toBe(6);
});

it('says how many were left out, once there is room again', () => {
  const { written, clock, cause } = start();
  cause(one, 63);
  clock.now += 59_999;
  expect(cause(one, 1)).toBe(0);
  clock.now += 1;
  cause(one, 2);
  expect(written.slice(60)).toEqual(['4 lines such as the next were left out', 'no 0', 'no 1']);
});

it('cuts long lines', () => {
  const written: string[] = [];
  new SharedLines().write(one, 'x'.repeat(2_000_000), (line) => written.push(line));
  expect(written).toEqual([`${'x'.repeat(256)}...`]);
});
