import fc from 'fast-check';
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { decodeBase64, encodeBase64 } from './base64.js';
import { MessageReader } from './message-reader.js';
import { MessageWriter } from './message-writer.js';

async function all(pieces: AsyncIterable<Buffer>): Promise<Buffer> {
  const got: Buffer[] = [];
  for await (const piece of pieces) got.push(piece);
  return Buffer.concat(got);
}

/** `bytes` in pieces of these sizes, and the rest in one. */
function cut(bytes: Buffer, sizes: readonly number[]): Readable {
  const pieces: Buffer[] = [];
  let at = 0;
  for (const size of sizes) {
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return Readable.from([...pieces, bytes.subarray(at)].filter((piece) => piece.length > 0));
}

/** Everything that was written so far; newer versions of Node read it piece by piece. */
function written(output: PassThrough): string {
  let text = '';
  for (
    let piece = output.read() as Buffer | null;
    piece !== null;
    piece = output.read() as Buffer | null
  )
    text += piece.toString();
  return text;
}

const bytes = fc.uint8Array({ maxLength: 200 }).map((value) => Buffer.from(value));
const sizes = fc.array(fc.nat(20), { maxLength: 30 });

describe('base64', () => {
  it('is the same text however the bytes are cut, and comes back as the same bytes', async () => {
    await fc.assert(
      fc.asyncProperty(bytes, sizes, sizes, async (value, there, back) => {
        const text = await all(encodeBase64(cut(value, there)));
        expect(text.toString()).toBe(value.toString('base64'));
        expect(await all(decodeBase64(cut(text, back)))).toEqual(value);
      }),
      { numRuns: 200 },
    );
  });
});

it('a line of many MiB is written in slices and read whole, whatever characters it has', async () => {
  const output = new PassThrough();
  let largest = 0;
  const pieces: Buffer[] = [];
  output.on('data', (piece: Buffer) => {
    largest = Math.max(largest, piece.length);
    pieces.push(piece);
  });
  const writer = new MessageWriter(output);
  const line = JSON.stringify({ stdout: 'a€😀"'.repeat(1_000_000) });
  await writer.line(line);
  expect(largest).toBeLessThanOrEqual(4 * 1024 * 1024);
  const stream = Buffer.concat(pieces);
  const reader = new MessageReader(cut(stream, Array<number>(500).fill(11_111)));
  expect((await reader.line()) === line).toBe(true);
});

describe('MessageReader', () => {
  it('reads lines and stretches however the stream is cut', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, bytes, async (pieces, stretch) => {
        const stream = Buffer.concat([
          Buffer.from('{"a":"ä"}\n{"zipfile": 3}\n'),
          stretch,
          Buffer.from('{"eof": true}\nlast'),
        ]);
        const reader = new MessageReader(cut(stream, pieces));
        expect([await reader.line(), await reader.line()]).toEqual(['{"a":"ä"}', '{"zipfile": 3}']);
        expect(await all(reader.bytes(stretch.length))).toEqual(stretch);
        expect([await reader.line(), await reader.line(), await reader.line()]).toEqual([
          '{"eof": true}',
          'last',
          undefined,
        ]);
      }),
      { numRuns: 200 },
    );
  });

  it('says when a stretch is not complete', async () => {
    const reader = new MessageReader(cut(Buffer.from('abc'), []));
    await expect(all(reader.bytes(4))).rejects.toMatchObject({ code: 'truncated' });
  });
});

describe('MessageWriter', () => {
  it('writes an archive as base64 without line end between its lines', async () => {
    const output = new PassThrough();
    const writer = new MessageWriter(output);
    void writer.line('{"kwargs": {}}');
    void writer.archive({ size: 4, bytes: cut(Buffer.from('abcd'), [1]) });
    await writer.end();
    expect(written(output)).toBe('{"kwargs": {}}\n{"zipfile": 4}\nYWJjZA=={"eof": true}\n');
  });

  it('sends keepalives in silence only, and none after the end', async () => {
    vi.useFakeTimers();
    try {
      const output = new PassThrough();
      const writer = new MessageWriter(output, 2);
      await vi.advanceTimersByTimeAsync(1900);
      await writer.line('{"status": "running"}');
      await vi.advanceTimersByTimeAsync(4100);
      await writer.end();
      await vi.advanceTimersByTimeAsync(10_000);
      const keepalive = '{"event": "keepalive", "counter": 0, "uuid": 0}\n';
      expect(written(output)).toBe(
        `{"status": "running"}\n${keepalive}${keepalive}{"eof": true}\n`,
      );
    } finally {
      vi.useRealTimers();
    }
  });

  it('waits for a slow output', async () => {
    const output = new PassThrough({ highWaterMark: 10 });
    const writer = new MessageWriter(output);
    const done = writer.line('x'.repeat(100));
    let settled = false;
    void done.then(() => (settled = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(settled).toBe(false);
    output.resume();
    await done;
  });

  it('hands on what the output throws', async () => {
    const output = new PassThrough();
    const writer = new MessageWriter(output);
    output.destroy(new Error('gone'));
    await expect(writer.line('x')).rejects.toThrow('gone');
  });

  it('does not wait for an output that was closed without a word', async () => {
    const output = new PassThrough();
    const writer = new MessageWriter(output);
    output.destroy();
    await expect(writer.line('x')).rejects.toMatchObject({ code: 'truncated' });
    await expect(writer.end()).rejects.toMatchObject({ code: 'truncated' });
  });
});
