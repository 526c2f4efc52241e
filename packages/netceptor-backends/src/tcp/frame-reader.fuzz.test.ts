import { fuzz } from '@receptorjs/tooling-fuzz';
import { FrameReader } from './frame-reader.js';

const framed = (...messages: readonly string[]): Buffer =>
  Buffer.concat(
    messages.flatMap((message) => {
      const length = Buffer.alloc(2);
      length.writeUInt16LE(message.length);
      return [length, Buffer.from(message)];
    }),
  );

/** All messages of some bytes, cut into chunks as the first byte of them says. */
function read(input: Buffer, size: number): Buffer[] {
  const messages: Buffer[] = [];
  const reader = new FrameReader((chunk, start, end) => {
    messages.push(Buffer.from(chunk.subarray(start, end)));
  });
  for (let at = 0; at < input.length; at += size) {
    reader.push(Buffer.from(input.subarray(at, at + size)));
  }
  return messages;
}

fuzz('frames, the same however they are cut', {
  corpus: [framed('a'), framed('', 'ab', 'x'.repeat(300)), framed('y'.repeat(20_000), 'z')],
  // each input is read three times, in up to as many chunks as it has bytes
  maxBytes: 16_384,
  run: (input) => {
    const whole = read(input, Math.max(1, input.length));
    const size = 1 + ((input[0] ?? 0) % 17);
    const cut = read(input, size);
    if (cut.length !== whole.length || cut.some((each, at) => whole[at]?.equals(each) !== true)) {
      throw new Error(`chunks of ${size} bytes give other messages`);
    }
    const bytes = whole.reduce((sum, each) => sum + each.length, 0);
    if (bytes > input.length) throw new Error('more bytes came out than went in');
    return String(Math.min(whole.length, 20));
  },
});
