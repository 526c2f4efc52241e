import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareStamps, LOG_START, sinceTimeOf, type LogCursor } from './log-cursor.js';
import { LogReader } from './log-reader.js';

const stamp = (second: number, fraction = ''): string => `2026-01-02T03:04:0${second}${fraction}Z`;

interface Answer {
  readonly text: string;
  readonly cursor: LogCursor;
  readonly hasHole: boolean;
  readonly message: string;
}

/** Reads an answer in pieces of some length. */
function read(log: string, from: LogCursor = LOG_START, length = log.length || 1): Answer {
  const reader = new LogReader(from);
  const given: Buffer[] = [];
  const bytes = Buffer.from(log);
  for (let at = 0; at < bytes.length; at += length) {
    given.push(...reader.take(bytes.subarray(at, at + length)));
  }
  reader.end();
  const { cursor, hasHole, message } = reader;
  return { text: Buffer.concat(given).toString(), cursor, hasHole, message };
}

describe('the bytes of the container', () => {
  it('come without the stamps, whatever they are', () => {
    const log = [`${stamp(1)} a b`, `${stamp(1, '.5')} `, `${stamp(2)}  ${stamp(3)} x`].join('\n');
    for (const length of [1, 2, 7, 1_000]) {
      expect(read(log, LOG_START, length)).toEqual({
        text: `a b\n\n ${stamp(3)} x`,
        cursor: { stamp: stamp(2), lines: 0, bytes: 23 },
        hasHole: false,
        message: '',
      });
    }
  });

  it('a line without a stamp is what the kubelet says, and none of them', () => {
    const log = `${stamp(1)} a\nrpc error: no such container\n${stamp(2)} b\nhalf`;
    const { text, message } = read(log);
    expect(text).toBe('a\nb\n');
    expect(message).toBe('rpc error: no such container\nhalf');
  });
});

describe('an answer from a cursor on', () => {
  const log = [
    `${stamp(1)} a\n`,
    `${stamp(2, '.1')} b\n`,
    `${stamp(2, '.1')} c\n`,
    `${stamp(2, '.10000001')} d\n`,
    `${stamp(3)} e\n`,
  ];

  it('repeats nothing, also of one stamp', () => {
    const { cursor } = read(log.slice(0, 2).join(''));
    expect(cursor).toEqual({ stamp: stamp(2, '.1'), lines: 1, bytes: 0 });
    expect(read(log.slice(1).join(''), cursor)).toMatchObject({
      text: 'c\nd\ne\n',
      hasHole: false,
    });
  });

  it('goes on in the middle of a line', () => {
    const { cursor, text } = read(`${log.slice(0, 2).join('')}${stamp(2, '.1')} par`);
    expect([text, cursor.bytes]).toEqual(['a\nb\npar', 3]);
    const again = `${log[1] ?? ''}${stamp(2, '.1')} partial\n${log[4] ?? ''}`;
    expect(read(again, cursor)).toMatchObject({ text: 'tial\ne\n', hasHole: false });
  });

  it('shows that lines are missing', () => {
    const { cursor } = read(log.slice(0, 3).join(''));
    expect(read(log[4] ?? '', cursor)).toMatchObject({ text: 'e\n', hasHole: true });
    // one of two lines of the same stamp
    expect(read(log.slice(2).join(''), cursor)).toMatchObject({ hasHole: true });
    // half a line whose end is gone
    const half = read(`${stamp(1)} x`).cursor;
    expect(read(log[4] ?? '', half)).toMatchObject({ hasHole: true });
  });

  it('that has nothing shows nothing, and moves nothing', () => {
    const { cursor } = read(log.slice(0, 3).join(''));
    expect(read('', cursor)).toMatchObject({ text: '', cursor, hasHole: false });
    expect(read(log.slice(1, 3).join(''), cursor)).toMatchObject({
      text: '',
      cursor,
      hasHole: false,
    });
  });
});

it('wherever it is cut, however often, all comes once', () => {
  const line = fc.record({
    second: fc.integer({ min: 1, max: 3 }),
    fraction: fc.constantFrom('', '.1', '.000000001'),
    text: fc.constantFrom('', 'a', 'long line with blanks', `${stamp(1)} x`, 'ü€'),
  });
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 30 }),
      fc.array(fc.nat(400), { maxLength: 8 }),
      fc.integer({ min: 1, max: 50 }),
      (drawn, cuts, length) => {
        const lines = drawn
          .map(({ second, fraction, text }) => ({ stamp: stamp(second, fraction), text }))
          .sort((a, b) => compareStamps(a.stamp, b.stamp));
        let cursor = LOG_START;
        let got = '';
        for (const cut of [...cuts, Number.POSITIVE_INFINITY]) {
          const since = sinceTimeOf(cursor);
          const answer = lines
            .filter((each) => since === undefined || compareStamps(each.stamp, since) >= 0)
            .map((each) => `${each.stamp} ${each.text}\n`)
            .join('');
          const bytes = Buffer.from(answer).subarray(0, cut);
          const reader = new LogReader(cursor);
          const given: Buffer[] = [Buffer.from(got, 'latin1')];
          for (let at = 0; at < bytes.length; at += length) {
            given.push(...reader.take(bytes.subarray(at, at + length)));
          }
          expect(reader.hasHole).toBe(false);
          cursor = reader.cursor;
          got = Buffer.concat(given).toString('latin1');
        }
        expect(got).toBe(
          Buffer.from(lines.map(({ text }) => `${text}\n`).join('')).toString('latin1'),
        );
      },
    ),
  );
});

it.each([
  ['2026-01-02T03:04:05Z', '2026-01-02T04:04:05+01:00', 0],
  ['2026-01-02T03:04:05.1Z', '2026-01-02T03:04:05.09Z', 1],
  ['2026-01-02T03:04:05.000000001Z', '2026-01-02T03:04:05.000000002Z', -1],
])('%s and %s', (first, second, sign) => {
  expect(Math.sign(compareStamps(first, second))).toBe(sign);
});

it('asks again from the second of the cursor on', () => {
  const cursor = { ...LOG_START, stamp: '2026-01-02T03:04:05.9+00:30' };
  expect(sinceTimeOf(cursor)).toBe('2026-01-02T02:34:05Z');
  expect(sinceTimeOf(LOG_START)).toBeUndefined();
});
