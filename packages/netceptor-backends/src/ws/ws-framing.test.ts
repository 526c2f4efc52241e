import fc from 'fast-check';
import { expect, it } from 'vitest';
import { framedBy } from '../framing.js';
import { libraryReceiver } from './test-frames.js';
import { wsFraming } from './ws-framing.js';

/** What the library reads out of these bytes. */
function received(bytes: readonly Buffer[], isServer: boolean): Buffer[] {
  const messages: Buffer[] = [];
  const receiver = libraryReceiver(
    isServer,
    (message) => messages.push(message),
    (frame) => expect.unreachable(frame),
  );
  for (const each of bytes) receiver.write(each);
  return messages;
}

it.each([
  ['a client', { isClient: true, isSecret: false }],
  ['a client under TLS', { isClient: true, isSecret: true }],
  ['a server', { isClient: false, isSecret: false }],
])('the library reads the frames of %s', (_who, sender) => {
  const lengths = fc.oneof(
    fc.constantFrom(0, 1, 125, 126, 127, 65_535),
    fc.nat(300),
    fc.integer({ min: 0, max: 65_535 }),
  );
  fc.assert(
    fc.property(fc.array(lengths, { minLength: 1, maxLength: 8 }), (sizes) => {
      const framing = wsFraming(sender);
      const messages = sizes.map((size, at) => Buffer.alloc(size, `message ${at}`));
      const frames = messages.map((message) => framedBy(framing, message));
      const read = received(frames, sender.isClient);
      expect(read.map(({ length }) => length)).toEqual(sizes);
      expect(Buffer.concat(read).equals(Buffer.concat(messages))).toBe(true);
    }),
    { numRuns: 50 },
  );
});

it('messages are masked wherever they lie in memory', () => {
  const framing = wsFraming({ isClient: true, isSecret: false });
  for (let offset = 0; offset < 8; offset++) {
    for (let length = 0; length < 12; length++) {
      const memory = Buffer.alloc(64, 'message');
      const start = framing.headerBytes + offset;
      const message = Buffer.from(memory.subarray(start, start + length));
      const begin = framing.frame(memory, start, start + length);
      expect(received([memory.subarray(begin, start + length)], true)).toEqual([message]);
    }
  }
});

it('no two frames of a client have the same key', () => {
  const framing = wsFraming({ isClient: true, isSecret: false });
  const keys = Array.from({ length: 5_000 }, () =>
    framedBy(framing, Buffer.alloc(8)).readInt32LE(2),
  );
  expect(new Set(keys).size).toBeGreaterThan(4_990);
});
