import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OutputTail } from './output-tail.js';

describe('OutputTail', () => {
  it('has the last 16 KiB, and of them the last 4 KiB for a prompt, however the output is cut', () => {
    const pieces = fc.array(fc.nat({ max: 40_000 }), { maxLength: 12 });
    fc.assert(
      fc.property(pieces, (lengths) => {
        const tail = new OutputTail();
        let all = '';
        for (const [at, length] of lengths.entries()) {
          const text = String.fromCharCode(97 + at).repeat(length);
          tail.push(Buffer.from(text));
          all += text;
        }
        expect(tail.whole).toBe(all.slice(-16 * 1024));
        expect(tail.text).toBe(all.slice(-4096));
      }),
      { numRuns: 100 },
    );
  });

  it('keeps nothing of the chunk that it was given', () => {
    const chunk = Buffer.from('before');
    const tail = new OutputTail();
    tail.push(chunk);
    chunk.fill('x');
    expect(tail.whole).toBe('before');
  });
});
