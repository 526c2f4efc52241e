import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameReader } from './frame-reader.js';

const framed = (message: Buffer): Buffer => {
  const prefix = Buffer.alloc(2);
  prefix.writeUInt16LE(message.length);
  return Buffer.concat([prefix, message]);
};

/** What a reader makes of these chunks, whose memory is used for something else then. */
function read(chunks: readonly Buffer[]): Buffer[] {
  const messages: Buffer[] = [];
  const reader = new FrameReader((chunk, start, end) => {
    messages.push(Buffer.from(chunk.subarray(start, end)));
  });
  for (const chunk of chunks) {
    const memory = Buffer.from(chunk);
    expect(reader.push(memory)).toBe(memory.length);
    memory.fill(0xee);
  }
  return messages;
}

describe('a frame reader', () => {
  it('finds every message, wherever the chunks are cut', () => {
    const message = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 40 }),
        (messages, cuts) => {
          const bytes = Buffer.concat(messages.map(framed));
          const chunks: Buffer[] = [];
          for (let at = 0, turn = 0; at < bytes.length; turn++) {
            const size = cuts[turn % cuts.length] ?? 1;
            chunks.push(Buffer.from(bytes.subarray(at, at + size)));
            at += size;
          }
          expect(read(chunks)).toEqual(messages);
        },
      ),
    );
  });

  it('does not copy a message that lies whole in a chunk', () => {
    const chunk = Buffer.concat([framed(Buffer.from('one')), framed(Buffer.from('two'))]);
    const chunks: Buffer[] = [];
    new FrameReader((in_) => chunks.push(in_)).push(chunk);
    expect(chunks).toEqual([chunk, chunk]);
    expect(chunks[0]).toBe(chunk);
  });

  it('takes the longest message', () => {
    const longest = Buffer.alloc(65_535, 7);
    const bytes = framed(longest);
    expect(read([bytes.subarray(0, 1), bytes.subarray(1, 40_000), bytes.subarray(40_000)])).toEqual(
      [longest],
    );
  });
});
