import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameQueue, QUEUE_BOUNDS } from './frame-queue.js';
import { FrameReader } from './frame-reader.js';

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
    const queue = new FrameQueue('stream');
    const data = Buffer.from('..data');
    queue.pushData(data, 2, data.length);
    queue.pushControl(Buffer.from('control'), false);
    expect(messagesIn(queue.takeBatch())).toEqual(['control', 'data']);
  });

  it('joins messages that lie side by side into one buffer', () => {
    const queue = new FrameQueue('stream');
    const chunk = Buffer.from('__one__two__three');
    queue.pushData(chunk, 2, 5);
    queue.pushData(chunk, 7, 10);
    for (const text of ['a', 'b']) {
      queue.reserve(100).write(text);
      queue.commit(1);
    }
    const batch = queue.takeBatch();
    expect(batch).toHaveLength(2);
    expect(messagesIn(batch)).toEqual(['one', 'two', 'a', 'b']);
  });

  it('keeps the order of data, whatever way it came', () => {
    const step = fc.record({
      way: fc.constantFrom('room', 'chunk', 'bare', 'none'),
      size: fc.nat(20_000),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const queue = new FrameQueue('stream');
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
    const queue = new FrameQueue('stream');
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
    const queue = new FrameQueue('stream');
    const message = Buffer.alloc(10_002, 1);
    while (queue.pushData(message, 2, message.length));
    expect(queue.takeBatch().length).toBeGreaterThan(0);
    expect(queue.isEmpty).toBe(false);
    queue.pushControl(Buffer.from('ping'), true);
    expect(messagesIn(queue.takeBatch())[0]).toBe('ping');
  });
});
