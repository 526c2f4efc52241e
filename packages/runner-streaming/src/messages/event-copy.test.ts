import { describe, expect, it } from 'vitest';
import { gzipSync } from 'node:zlib';
import { eventsOfCopy } from './event-copy.js';

const copyOf = (text: string | Buffer, last: number) => ({
  event_copy: gzipSync(text).toString('base64'),
  first: 1,
  last,
});

const eventsIn = async (copy: ReturnType<typeof copyOf>): Promise<number[]> => {
  const counters: number[] = [];
  for await (const [{ counter }] of eventsOfCopy(copy)) counters.push(Number(counter));
  return counters;
};

const events = (count: number): string =>
  Array.from({ length: count }, (_, at) => `{"counter": ${at + 1}, "event": "verbose"}\n`).join('');

describe('eventsOfCopy', () => {
  it('gives no more events than were said', async () => {
    expect(await eventsIn(copyOf(events(5), 5))).toEqual([1, 2, 3, 4, 5]);
    expect(await eventsIn(copyOf(events(5), 3))).toEqual([1, 2, 3]);
    expect((await eventsIn(copyOf(events(10_000), 2 ** 40))).length).toBe(4097);
  });

  it('does not inflate what is worth no event', async () => {
    const bomb = copyOf(Buffer.alloc(255 * 1024 * 1024, '\n'), 2 ** 40);
    const before = process.memoryUsage().rss;
    expect(await eventsIn(bomb)).toEqual([]);
    expect(process.memoryUsage().rss - before).toBeLessThan(64e6);
  });

  it('ends a line that grows beyond what its bytes may hold', async () => {
    const text = `${events(1)}{"counter": 2, "stdout": "${'x'.repeat(32 * 1024 * 1024)}"}\n`;
    expect(await eventsIn(copyOf(text, 2))).toEqual([1]);
  });

  it('gives what stands before damage', async () => {
    const { event_copy, ...range } = copyOf(events(3000), 3000);
    const bytes = Buffer.from(event_copy, 'base64');
    const cut = bytes.subarray(0, bytes.length / 2).toString('base64');
    expect((await eventsIn({ event_copy: cut, ...range })).length).toBeLessThan(3000);
  });
});
