import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameBytes, libraryReceiver, type TestFrame } from './test-frames.js';
import { WsFrameReader } from './ws-frame-reader.js';

interface Heard {
  /** What the reader takes itself. */
  readonly plain: Buffer[];
  /** All messages, with those that the library makes of what the reader passes on. */
  readonly messages: Buffer[];
  readonly control: string[];
}

/** What a reader makes of these chunks, whose memory is used for something else then. */
function read(chunks: readonly Buffer[], isMasked: boolean): Heard {
  const heard: Heard = { plain: [], messages: [], control: [] };
  const receiver = libraryReceiver(
    isMasked,
    (message) => heard.messages.push(message),
    (frame) => heard.control.push(frame),
  );
  const reader = new WsFrameReader({
    isMasked,
    take(chunk, start, end) {
      const message = Buffer.from(chunk.subarray(start, end));
      heard.plain.push(message);
      heard.messages.push(message);
    },
    pass: (bytes) => void receiver.write(Buffer.from(bytes)),
  });
  for (const chunk of chunks) {
    const memory = Buffer.from(chunk);
    expect(reader.push(memory)).toBe(memory.length);
    memory.fill(0xee);
  }
  return heard;
}

/** What the library alone makes of them. */
function readByLibrary(bytes: Buffer, isMasked: boolean): Omit<Heard, 'plain'> {
  const messages: Buffer[] = [];
  const control: string[] = [];
  libraryReceiver(
    isMasked,
    (message) => messages.push(message),
    (frame) => control.push(frame),
  ).write(bytes);
  return { messages, control };
}

const binary = (payload: string, mask: boolean): TestFrame => ({
  payload: Buffer.from(payload),
  opcode: 2,
  fin: true,
  mask,
});

const anyFrame = (mask: boolean): fc.Arbitrary<TestFrame[]> => {
  const payload = fc
    .oneof(fc.nat(130), fc.constantFrom(0, 125, 126, 300, 70_000))
    .map((length) => Buffer.alloc(length, `payload of ${length}`));
  const frame = (opcode: number, fin: boolean, part: Buffer): TestFrame => ({
    payload: part,
    opcode,
    fin,
    mask,
  });
  return fc.oneof(
    { weight: 4, arbitrary: payload.map((each) => [frame(2, true, each)]) },
    payload.map((each) => [frame(1, true, each)]),
    payload.map((each) => [frame(9, true, each.subarray(0, 125))]),
    // a message in three parts with a ping among them
    fc
      .tuple(payload, payload)
      .map(([a, b]) => [
        frame(2, false, a),
        frame(0, false, b),
        frame(9, true, Buffer.from('?')),
        frame(0, true, a),
      ]),
  );
};

describe.each([true, false])('a reader of frames that are masked: %s', (isMasked) => {
  it('makes of any frames, wherever they are cut, what the library makes of them', () => {
    fc.assert(
      fc.property(
        fc.array(anyFrame(isMasked), { maxLength: 6 }),
        fc.array(fc.oneof(fc.integer({ min: 1, max: 30 }), fc.nat(80_000)), {
          minLength: 1,
          maxLength: 40,
        }),
        (frames, cuts) => {
          const bytes = Buffer.concat(frames.flat().map(frameBytes));
          const chunks: Buffer[] = [];
          for (let at = 0, turn = 0; at < bytes.length; turn++) {
            // some hundred chunks at most
            const size = Math.max(1, bytes.length >> 8, cuts[turn % cuts.length] ?? 1);
            chunks.push(bytes.subarray(at, at + size));
            at += size;
          }
          const heard = read(chunks, isMasked);
          const expected = readByLibrary(Buffer.from(bytes), isMasked);
          expect(Buffer.concat(heard.messages).equals(Buffer.concat(expected.messages))).toBe(true);
          expect(heard.messages.map(({ length }) => length)).toEqual(
            expected.messages.map(({ length }) => length),
          );
          expect(heard.control).toEqual(expected.control);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('takes plain messages itself', () => {
    const bytes = Buffer.concat(['one', 'two'].map((each) => frameBytes(binary(each, isMasked))));
    expect(read([bytes], isMasked).plain).toEqual([Buffer.from('one'), Buffer.from('two')]);
  });

  it('leaves it to the library to say that a message came in the middle of another, or with the wrong mask', async () => {
    const begun = frameBytes({ ...binary('half', isMasked), fin: false });
    const whole = frameBytes(binary('whole', isMasked));
    const inTheMiddle = read([begun, whole], isMasked);
    const wrong = read([frameBytes(binary('whole', !isMasked))], isMasked);
    // the library tells errors in a later tick
    await new Promise(setImmediate);
    expect(inTheMiddle.messages).toEqual([]);
    expect(inTheMiddle.control).toEqual([expect.stringContaining('error Invalid WebSocket frame')]);
    expect(wrong.messages).toEqual([]);
    expect(wrong.control).toEqual([expect.stringMatching(/error .*MASK must be/)]);
  });
});

it.each<[string, readonly Partial<TestFrame>[]]>([
  ['has the wrong mask', [{ mask: false }]],
  ['has a reserved opcode', [{ opcode: 3 }]],
  ['continues nothing', [{ opcode: 0 }]],
  ['begins in the middle of another', [{ fin: false }, {}]],
  ['says that the WebSocket ends', [{ opcode: 8, payload: Buffer.alloc(0) }]],
])('takes nothing that follows a frame that %s', (_what, frames) => {
  const whole = binary('whole', true);
  const bytes = [...frames.map((each) => ({ ...whole, ...each })), whole, whole].map(frameBytes);
  expect(read([frameBytes(whole), ...bytes], true).plain).toEqual([whole.payload]);
  expect(read([Buffer.concat([frameBytes(whole), ...bytes])], true).plain).toEqual([whole.payload]);
});

it('takes nothing that follows a frame with reserved bits', () => {
  const wrong = frameBytes(binary('whole', true));
  wrong[0] = 0xc2;
  expect(read([wrong, frameBytes(binary('whole', true))], true).plain).toEqual([]);
});

it('stops where its turn is over, and goes on from there', () => {
  const bytes = Buffer.concat(
    ['one', 'two', 'three'].map((each) => frameBytes(binary(each, true))),
  );
  const messages: string[] = [];
  const reader = new WsFrameReader({
    isMasked: true,
    take: (chunk, start, end) => messages.push(chunk.toString('latin1', start, end)),
    pass: () => expect.unreachable('nothing is to be passed on'),
  });
  const stopped = reader.push(bytes, 0, () => messages.length === 2);
  expect(messages).toEqual(['one', 'two']);
  expect(reader.push(bytes, stopped)).toBe(bytes.length);
  expect(messages).toEqual(['one', 'two', 'three']);
});
