import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameQueue, QUEUE_BOUNDS } from './frame-queue.js';
import { bare } from '../framing.js';
import { FrameReader, lengthPrefixed } from './frame-reader.js';

function messagesIn(batch: readonly Buffer[]): string[] {
  const messages: string[] = [];
  const reader = new FrameReader((chunk, start, end) =>
    messages.push(chunk.toString('latin1', start, end)),
  );
  for (const buffer of batch) reader.push(Buffer.from(buffer));
  return messages;
}

function drain(queue: FrameQueue): string[] {
  const batches: Buffer[] = [];
  while (!queue.isEmpty) batches.push(...queue.takeBatch());
  return messagesIn(batches);
}

describe('a frame queue', () => {
  it('sends control messages ahead of data', () => {
    const queue = new FrameQueue(lengthPrefixed);
    const data = Buffer.from('..data');
    queue.pushData(data, 2, data.length);
    queue.pushControl(Buffer.from('control'), false);
    expect(messagesIn(queue.takeBatch())).toEqual(['control', 'data']);
  });

  it('puts data together in one buffer, whatever way it came', () => {
    const queue = new FrameQueue(lengthPrefixed);
    const chunk = Buffer.from('one two three');
    queue.pushData(chunk, 0, 3);
    queue.pushData(chunk, 4, 7);
    chunk.fill('-');
    for (const text of ['a', 'b']) {
      queue.reserve(100).write(text);
      queue.commit(1);
    }
    const batch = queue.takeBatch();
    expect(batch).toHaveLength(1);
    expect(messagesIn(batch)).toEqual(['one', 'two', 'a', 'b']);
  });

  it('uses memory again once it was written, and not before', () => {
    const random = fc.record({ size: fc.integer({ min: 1, max: 65_480 }), writes: fc.boolean() });
    fc.assert(
      fc.property(
        fc.constantFrom(lengthPrefixed, bare),
        fc.array(random, { maxLength: 60 }),
        (framing, steps) => {
          const queue = new FrameQueue(framing);
          const memories = new Set<ArrayBufferLike>();
          const expected: Buffer[] = [];
          const written: Buffer[] = [];
          let underWay: Buffer[] = [];
          const finish = (): void => {
            written.push(...underWay.map((buffer) => Buffer.from(buffer)));
            queue.written();
          };
          const write = (limit?: number): void => {
            underWay = queue.takeBatch(limit);
            for (const { buffer } of underWay) memories.add(buffer);
          };
          steps.forEach(({ size, writes }, at) => {
            const message = Buffer.alloc(size, at + 1);
            message.copy(queue.reserve(65_480));
            queue.commit(size);
            expected.push(message);
            if (!writes) return;
            finish();
            write(100_000);
          });
          while (!queue.isEmpty) {
            finish();
            write();
          }
          finish();
          const messages = framing.isApart
            ? written
            : messagesIn(written).map((text) => Buffer.from(text, 'latin1'));
          expect(messages.map(({ length }) => length)).toEqual(
            expected.map(({ length }) => length),
          );
          expect(Buffer.concat(messages).equals(Buffer.concat(expected))).toBe(true);
          if (steps.every(({ writes }) => writes)) expect(memories.size).toBeLessThanOrEqual(4);
        },
      ),
    );
  });

  it('keeps the order of data, whatever way it came', () => {
    const step = fc.record({
      way: fc.constantFrom('room', 'chunk', 'bare', 'none'),
      size: fc.nat(20_000),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const queue = new FrameQueue(lengthPrefixed);
        const expected: string[] = [];
        steps.forEach(({ way, size }, at) => {
          const text = `${at}:`.padEnd(size, '.');
          if (way === 'room') {
            queue.reserve(text.length + 100).write(text);
            queue.commit(text.length);
          } else if (way === 'none') {
            queue.reserve(text.length);
            queue.commit(0);
            return;
          } else {
            const before = way === 'chunk' ? 2 : 0;
            const chunk = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]);
            if (!queue.pushData(chunk, before, chunk.length)) return;
          }
          expected.push(text);
        });
        expect(drain(queue)).toEqual(expected);
        expect(queue.dataBytes).toBe(0);
      }),
    );
  });

  it('holds no more than its bounds', () => {
    const queue = new FrameQueue(lengthPrefixed);
    const message = Buffer.alloc(10_002);
    let taken = 0;
    while (queue.pushData(message, 2, message.length)) taken++;
    expect(taken * 10_002).toBeLessThan(QUEUE_BOUNDS.data + 10_002);
    let droppable = 0;
    while (queue.pushControl(message, true)) droppable++;
    expect(droppable * 10_004).toBeLessThanOrEqual(QUEUE_BOUNDS.droppableControl + 10_004);
    let control = droppable;
    while (queue.pushControl(message, false)) control++;
    expect(control * 10_004).toBeLessThanOrEqual(QUEUE_BOUNDS.control + 10_004);
    expect(control).toBeGreaterThan(droppable);
  });

  it('gives control messages a turn between batches of data', () => {
    const queue = new FrameQueue(lengthPrefixed);
    const message = Buffer.alloc(10_002, 1);
    while (queue.pushData(message, 2, message.length));
    expect(queue.takeBatch().length).toBeGreaterThan(0);
    expect(queue.isEmpty).toBe(false);
    queue.pushControl(Buffer.from('ping'), true);
    expect(messagesIn(queue.takeBatch())[0]).toBe('ping');
  });
});
