import fc from 'fast-check';
import { PassThrough, type Duplex } from 'node:stream';
import { expect, it } from 'vitest';
import { LineReader } from './line-reader.js';

async function rest(stream: Duplex): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

it('leaves everything behind a line in the stream, however it arrives', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.stringMatching(/^[a-zé\r]{0,20}$/), { maxLength: 5 }),
      fc.string({ unit: 'grapheme' }),
      fc.integer({ min: 1, max: 40 }),
      async (lines, tail, size) => {
        const stream = new PassThrough();
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join('') + tail);
        for (let at = 0; at < bytes.length; at += size) stream.write(bytes.subarray(at, at + size));
        stream.end();
        const reader = new LineReader(stream);
        for (const line of lines) expect(await reader.next()).toBe(line.replaceAll('\r', ''));
        expect(await rest(stream)).toBe(tail);
      },
    ),
    { numRuns: 200 },
  );
});

it('takes lines that drip in byte by byte', async () => {
  const stream = new PassThrough();
  const reader = new LineReader(stream);
  for (const line of ['a line of some length', '', 'é', 'end']) {
    const read = reader.next();
    for (const byte of Buffer.from(`${line}\n`)) {
      stream.write(Buffer.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await read).toBe(line);
  }
});

it('gives a last line that is cut off, then nothing', async () => {
  const stream = new PassThrough();
  stream.end('one\ntwo');
  const reader = new LineReader(stream);
  expect([await reader.next(), await reader.next(), await reader.next()]).toEqual([
    'one',
    'two',
    undefined,
  ]);
});

it('is bounded', async () => {
  const stream = new PassThrough();
  stream.write('x'.repeat(11));
  await expect(new LineReader(stream, { maxLineBytes: 10 }).next()).rejects.toMatchObject({
    code: 'line-too-long',
  });
});

it('ends its wait by time, by signal and by the loss of the stream', async () => {
  const stream = new PassThrough();
  const reader = new LineReader(stream);
  await expect(reader.next({ timeoutMs: 1 })).rejects.toMatchObject({ code: 'timeout' });
  await expect(reader.next({ signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'aborted',
  });
  const lost = reader.next();
  stream.destroy(new Error('reset'));
  await expect(lost).rejects.toMatchObject({ code: 'closed', message: 'connection broke: reset' });
});

/** A stream of the mesh as far as it is read: what arrives is pulled. It alone writes its fields. */
class PulledStream extends PassThrough {
  #arrived = Buffer.alloc(0);
  #ready: (() => void) | undefined;
  #ended = false;
  #isOver = false;
  /** Whether it is read as a `Duplex` now. */
  #isPushed = true;
  readonly writeNow = (): number => 0;
  readonly whenWritable = (): void => undefined;
  readonly readTo = (): void => undefined;

  arrive(bytes: Buffer | undefined): void {
    if (bytes === undefined) this.#ended = true;
    else this.#arrived = Buffer.concat([this.#arrived, bytes]);
    const ready = this.#ready;
    this.#ready = undefined;
    if (ready) ready();
    else this.#pushAll();
  }

  override read(size?: number): unknown {
    this.#isPushed = true;
    this.#pushAll();
    return super.read(size);
  }

  #pushAll(): void {
    if (!this.#isPushed) return;
    const arrived = this.#arrived;
    this.#arrived = Buffer.alloc(0);
    if (arrived.length > 0) this.push(arrived);
    if (this.#ended && !this.#isOver) {
      this.#isOver = true;
      this.push(null);
    }
  }

  readNow(memory: Buffer): number {
    this.#isPushed = false;
    if (this.readableLength > 0) {
      return (super.read(Math.min(memory.length, this.readableLength)) as Buffer).copy(memory);
    }
    const length = this.#arrived.copy(memory);
    this.#arrived = this.#arrived.subarray(length);
    return length;
  }

  whenReadable(ready: () => void): void {
    this.#isPushed = false;
    this.#ready = ready;
  }
}

it('puts bytes into memory of a receiver, of any stream, with lines before and behind', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 2 }).map((times) => Buffer.alloc(40_000 * times, 'data\n')),
      fc.integer({ min: 100, max: 70_000 }),
      fc.integer({ min: 100, max: 60_000 }),
      fc.boolean(),
      async (data, size, roomBytes, isPulled) => {
        const stream = isPulled ? new PulledStream() : new PassThrough();
        const bytes = Buffer.concat([Buffer.from('head\n'), data, Buffer.from('next\n'), data]);
        const send = async (): Promise<void> => {
          for (let at = 0; at < bytes.length; at += size) {
            const part = bytes.subarray(at, at + size);
            if (stream instanceof PulledStream) stream.arrive(part);
            else stream.write(part);
            await Promise.resolve();
          }
          if (stream instanceof PulledStream) stream.arrive(undefined);
          else stream.end();
        };
        const sent = send();
        const reader = new LineReader(stream);
        expect(await reader.next()).toBe('head');
        const got: Buffer[] = [];
        const room = Buffer.alloc(roomBytes);
        await reader.bytesTo(data.length, {
          room: () => room,
          filled: (length) => void got.push(Buffer.from(room.subarray(0, length))),
        });
        expect(await reader.next()).toBe('next');
        for await (const chunk of reader.bytes(data.length)) got.push(Buffer.from(chunk));
        expect(Buffer.concat(got).equals(Buffer.concat([data, data]))).toBe(true);
        expect(await reader.next()).toBe(undefined);
        await sent;
      },
    ),
    { numRuns: 200 },
  );
});

it.each([
  ['more', (stream: PassThrough) => stream.write('abc'), undefined],
  ['its end', (stream: PassThrough) => stream.end(), 'connection ended 3 bytes early'],
  [
    'an error',
    (stream: PassThrough) => stream.destroy(new Error('reset')),
    'connection broke: reset',
  ],
])('hears of %s that comes while a receiver takes its time', async (_what, arrive, failure) => {
  const stream = new PassThrough();
  const room = Buffer.alloc(10);
  let isFirst = true;
  const done = new LineReader(stream).bytesTo(3, {
    room: () => room,
    async filled() {
      if (!isFirst) return;
      isFirst = false;
      arrive(stream);
      await new Promise(setImmediate);
    },
  });
  if (failure === undefined) await done;
  else await expect(done).rejects.toThrow(failure);
});

it('gives so many bytes and no more, however they arrive', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 100 }),
      fc.integer({ min: 1, max: 40 }),
      async (data, size) => {
        const stream = new PassThrough();
        const bytes = Buffer.concat([Buffer.from('head\n'), data, Buffer.from('next\ntail')]);
        for (let at = 0; at < bytes.length; at += size) stream.write(bytes.subarray(at, at + size));
        stream.end();
        const reader = new LineReader(stream);
        expect(await reader.next()).toBe('head');
        const got: Buffer[] = [];
        for await (const chunk of reader.bytes(data.length)) got.push(chunk);
        expect(Buffer.concat(got)).toEqual(Buffer.from(data));
        expect(await reader.next()).toBe('next');
        expect(await rest(stream)).toBe('tail');
      },
    ),
    { numRuns: 200 },
  );
});

it('says how many bytes are missing at the end', async () => {
  const stream = new PassThrough();
  stream.end('abc');
  const read = async (): Promise<void> => {
    for await (const chunk of new LineReader(stream).bytes(5)) expect(String(chunk)).toBe('abc');
  };
  await expect(read()).rejects.toThrow('connection ended 2 bytes early');
});
