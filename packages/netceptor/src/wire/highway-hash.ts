/** A 64-bit hash as two signed 32-bit halves, so that comparing and looking it up costs no allocation. */
export interface Hash64 {
  readonly high: number;
  readonly low: number;
}

/** One 64-bit lane of the hash state, kept as two unsigned 32-bit halves. */
class Lane {
  constructor(
    public high: number,
    public low: number,
  ) {}

  add(high: number, low: number): void {
    const sum = this.low + (low >>> 0);
    this.high = (this.high + high + (sum > 0xffffffff ? 1 : 0)) >>> 0;
    this.low = sum >>> 0;
  }

  xorProduct(a: number, b: number): void {
    const aLow = a & 0xffff;
    const aHigh = a >>> 16;
    const bLow = b & 0xffff;
    const bHigh = b >>> 16;
    const low = aLow * bLow;
    const middle = aLow * bHigh + aHigh * bLow + (low >>> 16);
    this.low = (this.low ^ (((middle & 0xffff) << 16) | (low & 0xffff))) >>> 0;
    this.high = (this.high ^ (aHigh * bHigh + Math.floor(middle / 0x10000))) >>> 0;
  }
}

type Lanes = readonly [Lane, Lane, Lane, Lane];

const initialMul0 = (): Lanes => [
  new Lane(0xdbe6d5d5, 0xfe4cce2f),
  new Lane(0xa4093822, 0x299f31d0),
  new Lane(0x13198a2e, 0x03707344),
  new Lane(0x243f6a88, 0x85a308d3),
];
const initialMul1 = (): Lanes => [
  new Lane(0x3bd39e10, 0xcb0ef593),
  new Lane(0xc0acf169, 0xb5f18a8c),
  new Lane(0xbe5466cf, 0x34e90c6c),
  new Lane(0x452821e6, 0x38d01377),
];

/** The zipper merge of two lanes, added to two others: a fixed shuffle of the sixteen bytes. */
function zipperMergeAdd(b: Lane, a: Lane, to0: Lane, to1: Lane): void {
  const low0 =
    (a.low >>> 24) | ((b.high & 0xff) << 8) | (a.low & 0xff0000) | ((a.high & 0xff00) << 16);
  const high0 =
    ((b.high >>> 16) & 0xff) | (a.low & 0xff00) | ((b.high >>> 24) << 16) | ((a.low & 0xff) << 24);
  const low1 =
    (b.low >>> 24) | ((a.high & 0xff) << 8) | (b.low & 0xff0000) | ((b.high & 0xff00) << 16);
  const high1 =
    ((b.low >>> 8) & 0xff) |
    ((a.high >>> 8) & 0xff00) |
    ((b.low & 0xff) << 16) |
    (a.high & 0xff000000);
  to0.add(high0 >>> 0, low0 >>> 0);
  to1.add(high1 >>> 0, low1 >>> 0);
}

class HighwayState {
  readonly #v0 = initialMul0();
  readonly #v1 = initialMul1();
  readonly #mul0 = initialMul0();
  readonly #mul1 = initialMul1();

  /** Absorbs 32 bytes: four little-endian lanes. */
  absorb(block: Buffer, offset: number): void {
    this.#mix(
      [0, 8, 16, 24].map(
        (at) => new Lane(block.readUInt32LE(offset + at + 4), block.readUInt32LE(offset + at)),
      ),
    );
  }

  /** Absorbs the last 1 to 31 bytes. */
  absorbRemainder(rest: Buffer): void {
    const size = rest.length;
    for (const lane of this.#v0) lane.add(size, size);
    for (const lane of this.#v1) {
      lane.low = ((lane.low << size) | (lane.low >>> (32 - size))) >>> 0;
      lane.high = ((lane.high << size) | (lane.high >>> (32 - size))) >>> 0;
    }
    const block = Buffer.alloc(32);
    const whole = size & ~3;
    const odd = size & 3;
    rest.copy(block, 0, 0, whole);
    if (size & 16) {
      rest.copy(block, 28, size - 4, size);
    } else if (odd > 0) {
      block.writeUInt8(rest.readUInt8(whole), 16);
      block.writeUInt8(rest.readUInt8(whole + (odd >> 1)), 17);
      block.writeUInt8(rest.readUInt8(whole + odd - 1), 18);
    }
    this.absorb(block, 0);
  }

  finish(): Hash64 {
    const turned = ({ high, low }: Lane): Lane => new Lane(low, high);
    for (let round = 0; round < 4; round++) {
      const [a, b, c, d] = this.#v0;
      this.#mix([turned(c), turned(d), turned(a), turned(b)]);
    }
    const sum = new Lane(0, 0);
    for (const [lane] of [this.#v0, this.#v1, this.#mul0, this.#mul1]) sum.add(lane.high, lane.low);
    return { high: sum.high | 0, low: sum.low | 0 };
  }

  #mix(input: readonly Lane[]): void {
    const [v0, v1, mul0, mul1] = [this.#v0, this.#v1, this.#mul0, this.#mul1];
    for (const at of [0, 1, 2, 3] as const) {
      const lane = input[at];
      if (lane === undefined) continue;
      v1[at].add(mul0[at].high, mul0[at].low);
      v1[at].add(lane.high, lane.low);
      mul0[at].xorProduct(v1[at].low, v0[at].high);
      v0[at].add(mul1[at].high, mul1[at].low);
      mul1[at].xorProduct(v0[at].low, v1[at].high);
    }
    zipperMergeAdd(v1[1], v1[0], v0[0], v0[1]);
    zipperMergeAdd(v1[3], v1[2], v0[2], v0[3]);
    zipperMergeAdd(v0[1], v0[0], v1[0], v1[1]);
    zipperMergeAdd(v0[3], v0[2], v1[2], v1[3]);
  }
}

/**
 * HighwayHash-64 with a key of 32 zero bytes: what a data message carries in place of a node ID, over its UTF-8 bytes.
 * The algorithm is that of google/highwayhash (portable version).
 */
export function highwayHash64(bytes: Buffer): Hash64 {
  const state = new HighwayState();
  let offset = 0;
  for (; offset + 32 <= bytes.length; offset += 32) state.absorb(bytes, offset);
  if (offset < bytes.length) state.absorbRemainder(bytes.subarray(offset));
  return state.finish();
}

/** The hash of a node ID. */
export function hashNodeId(nodeId: string): Hash64 {
  return highwayHash64(Buffer.from(nodeId, 'utf8'));
}
