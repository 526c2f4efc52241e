/**
 * Numbers in [0, 1) that are the same for the same seed (mulberry32).
 *
 * @param {number} seed
 * @returns {() => number}
 */
export function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x100000000;
  };
}

/** Bytes at which lengths, signs and encodings turn. */
const TELLING = [0x00, 0x01, 0x7f, 0x80, 0xff, 0x22, 0x5c, 0x7b, 0x5b, 0x0a, 0x2d, 0x2e, 0x65];

/**
 * Damages an input in one to eight places.
 *
 * @param {Buffer} input not changed
 * @param {readonly Buffer[]} corpus where pieces come from
 * @param {() => number} random
 * @param {number} maxBytes
 * @returns {Buffer}
 */
export function mutate(input, corpus, random, maxBytes) {
  const below = (/** @type {number} */ bound) => Math.floor(random() * bound);
  /** @type {Buffer} */
  let bytes = Buffer.from(input);
  /** @type {readonly (() => Buffer)[]} */
  const ways = [
    () => {
      if (bytes.length > 0) bytes.writeUInt8(below(256), below(bytes.length));
      return bytes;
    },
    () => {
      const at = below(bytes.length);
      if (bytes.length > 0) bytes.writeUInt8((bytes[at] ?? 0) ^ (1 << below(8)), at);
      return bytes;
    },
    () => {
      if (bytes.length > 0)
        bytes.writeUInt8(TELLING[below(TELLING.length)] ?? 0, below(bytes.length));
      return bytes;
    },
    () => bytes.subarray(0, below(bytes.length + 1)),
    () => {
      const [from, length] = [below(bytes.length + 1), below(64)];
      return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + length)]);
    },
    () => {
      const [from, at] = [below(bytes.length + 1), below(bytes.length + 1)];
      const piece = bytes.subarray(from, from + below(64));
      return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);
    },
    () => {
      const other = corpus[below(corpus.length)] ?? Buffer.alloc(0);
      return Buffer.concat([
        bytes.subarray(0, below(bytes.length + 1)),
        other.subarray(below(other.length + 1)),
      ]);
    },
    () => {
      const at = below(bytes.length + 1);
      const byte = TELLING[below(TELLING.length)] ?? 0;
      return Buffer.concat([
        bytes.subarray(0, at),
        Buffer.alloc(1 << below(12), byte),
        bytes.subarray(at),
      ]);
    },
  ];
  for (let count = 1 + below(8); count > 0; count--)
    bytes = (ways[below(ways.length)] ?? (() => bytes))();
  return bytes.subarray(0, maxBytes);
}

/**
 * Repeats a piece of an input until it is as long as it may be: what is slow for its length shows there.
 *
 * @param {Buffer} input not changed
 * @param {() => number} random
 * @param {number} maxBytes
 * @returns {Buffer}
 */
export function grow(input, random, maxBytes) {
  const below = (/** @type {number} */ bound) => Math.floor(random() * bound);
  const from = below(input.length);
  const piece = input.subarray(from, from + 1 + below(Math.min(64, input.length)));
  const missing = maxBytes - input.length;
  if (piece.length === 0 || missing <= 0) return input;
  const at = from + piece.length;
  return Buffer.concat([input.subarray(0, at), Buffer.alloc(missing, piece), input.subarray(at)]);
}
