import { expect, it } from 'vitest';
import { newId, parseTraceparent, traceparentOf } from './trace-context.js';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';

it('reads what it writes', () => {
  for (const sampled of [true, false]) {
    const context = { traceId, spanId, sampled };
    expect(parseTraceparent(traceparentOf(context))).toEqual(context);
  }
});

it('reads the known part of a later version', () => {
  const parsed = parseTraceparent(`01-${traceId}-${spanId}-03-more`);
  expect(parsed).toEqual({ traceId, spanId, sampled: true });
});

it.each([
  ['nothing', undefined],
  ['an empty text', ''],
  ['upper case', `00-${traceId.toUpperCase()}-${spanId}-01`],
  ['no trace', `00-${'0'.repeat(32)}-${spanId}-01`],
  ['no span', `00-${traceId}-${'0'.repeat(16)}-01`],
  ['the version that there can not be', `ff-${traceId}-${spanId}-01`],
  ['more than this version has', `00-${traceId}-${spanId}-01-more`],
  ['a line more', `00-${traceId}-${spanId}-01\n`],
  ['a long text', `01-${traceId}-${spanId}-01-${'x'.repeat(300)}`],
])('takes %s for absent', (_what, text) => {
  expect(parseTraceparent(text)).toBeUndefined();
});

it('makes IDs of their length', () => {
  expect(newId(16)).toMatch(/^[0-9a-f]{32}$/);
  expect(newId(8)).toMatch(/^[0-9a-f]{16}$/);
});
