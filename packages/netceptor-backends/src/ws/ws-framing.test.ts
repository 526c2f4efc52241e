import fc from 'fast-check';
import { expect, it } from 'vitest';
import * as library from 'ws';
import { framedBy } from '../framing.js';
import { wsFraming } from './ws-framing.js';

/** What the library reads out of these bytes. */
function received(bytes: readonly Buffer[], isServer: boolean): Buffer[] {
  const { Receiver } = library as unknown as {
    Receiver: new (options: object) => NodeJS.WritableStream & NodeJS.EventEmitter;
  };
  const messages: Buffer[] = [];
  const receiver = new Receiver({
    isServer,
    allowSynchronousEvents: true,
    binaryType: 'nodebuffer',
  });
  receiver.on('message', (message: Buffer) => messages.push(Buffer.from(message)));
  receiver.on('error', (error: Error) => {
    throw error;
  });
  for (const each of bytes) receiver.write(each);
  return messages;
}

it.each([
  ['a client', true],
  ['a server', false],
])('the library reads the frames of %s', (_who, isClient) => {
  const lengths = fc.oneof(
    fc.constantFrom(0, 1, 125, 126, 127, 65_535),
    fc.nat(300),
    fc.integer({ min: 0, max: 65_535 }),
  );
  fc.assert(
    fc.property(fc.array(lengths, { minLength: 1, maxLength: 8 }), (sizes) => {
      const framing = wsFraming(isClient);
      const messages = sizes.map((size, at) => Buffer.alloc(size, `message ${at}`));
      const frames = messages.map((message) => framedBy(framing, message));
      expect(received(frames, isClient)).toEqual(messages);
    }),
    { numRuns: 50 },
  );
});

it('no two frames of a client have the same key', () => {
  const framing = wsFraming(true);
  const keys = Array.from({ length: 5_000 }, () =>
    framedBy(framing, Buffer.alloc(8)).readInt32LE(2),
  );
  expect(new Set(keys).size).toBeGreaterThan(4_990);
});
