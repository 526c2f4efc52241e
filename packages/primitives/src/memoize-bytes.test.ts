import { expect, it } from 'vitest';
import { memoizeBytes } from './memoize-bytes.js';

it('computes once for the same bytes, and again for what was not asked for the longest', () => {
  const computed: string[] = [];
  const hex = memoizeBytes(2, (bytes) => {
    computed.push(Buffer.from(bytes).toString('hex'));
    return Buffer.from(bytes).toString('hex');
  });
  const a = Buffer.from('a');
  const [b, c] = [Buffer.from('b'), Buffer.from('c')];
  for (const bytes of [a, b, Uint8Array.from(a), c, a, b]) {
    expect(hex(bytes)).toBe(Buffer.from(bytes).toString('hex'));
  }
  expect(computed).toEqual(['61', '62', '63', '62']);
});

it('keeps neither errors nor what is long', () => {
  let calls = 0;
  const count = memoizeBytes(8, (bytes) => {
    calls += 1;
    if (bytes.length === 0) throw new Error('none');
    return calls;
  });
  expect(() => count(Buffer.alloc(0))).toThrow('none');
  expect(() => count(Buffer.alloc(0))).toThrow('none');
  expect(count(Buffer.alloc(4_097))).toBe(3);
  expect(count(Buffer.alloc(4_097))).toBe(4);
});
