import { fuzz } from '@receptorjs/tooling-fuzz';
import { frameBytes } from './test-frames.js';
import { WsFrameReader } from './ws-frame-reader.js';

const frame = (length: number, opcode: number, fin: boolean): Buffer =>
  frameBytes({ payload: Buffer.alloc(length, 'x'), opcode, fin, mask: true });

/** What a reader takes and passes on of some bytes, in chunks of a size. */
function read(input: Buffer, size: number): { taken: Buffer[]; passed: Buffer } {
  const taken: Buffer[] = [];
  const passed: Buffer[] = [];
  const reader = new WsFrameReader({
    isMasked: true,
    take: (chunk, start, end) => taken.push(Buffer.from(chunk.subarray(start, end))),
    pass: (bytes) => passed.push(Buffer.from(bytes)),
  });
  for (let at = 0; at < input.length; at += size) {
    reader.push(Buffer.from(input.subarray(at, at + size)));
  }
  return { taken, passed: Buffer.concat(passed) };
}

fuzz('frames of a WebSocket, the same however they are cut', {
  corpus: [
    frame(5, 2, true),
    Buffer.concat([frame(300, 2, true), frame(4, 9, true), frame(0, 2, true)]),
    Buffer.concat([frame(20, 2, false), frame(3, 0, true), frame(70_000, 1, true)]),
  ],
  // each input is read three times, in up to as many chunks as it has bytes
  maxBytes: 16_384,
  run: (input) => {
    const whole = read(input, Math.max(1, input.length));
    const size = 1 + ((input[0] ?? 0) % 17);
    const cut = read(input, size);
    const isSame =
      cut.taken.length === whole.taken.length &&
      cut.taken.every((each, at) => whole.taken[at]?.equals(each) === true);
    if (!isSame || !cut.passed.equals(whole.passed)) {
      throw new Error(`chunks of ${size} bytes give other frames`);
    }
    const bytes = whole.taken.reduce((sum, each) => sum + each.length, whole.passed.length);
    if (bytes > input.length) throw new Error('more bytes came out than went in');
    return `${Math.min(whole.taken.length, 20)} ${whole.passed.length > 0}`;
  },
});
