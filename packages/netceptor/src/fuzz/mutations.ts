import fc from 'fast-check';

/** What makes decoders stumble. */
const TOKENS = [
  '"',
  '\\',
  '\\ud800',
  '\\u0000',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  'null',
  'true',
  '-1',
  '1e999',
  '0.1',
  '-0',
  '18446744073709551615',
  '18446744073709551616',
  '9007199254740993',
  '__proto__',
  '\0',
  '\xff',
  '\xc0\xaf',
  '"NodeID":',
  '"Connections":{',
  '"ForwardingNode":"b"',
  '"UpdateEpoch":',
  '"LinkVersion":1',
  '"MaxPayload":0',
].map((token) => Buffer.from(token, 'latin1'));

type Mutation = (input: Buffer) => Buffer;

const at = (fraction: number, length: number): number => Math.floor(fraction * (length + 1));
const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

const splice =
  (from: number, remove: number, insert: Buffer): Mutation =>
  (input) => {
    const start = at(from, input.length);
    return Buffer.concat([input.subarray(0, start), insert, input.subarray(start + remove)]);
  };

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(fraction, fc.nat(255)).map(([where, byte]) => splice(where, 1, Buffer.from([byte]))),
  fc.tuple(fraction, fc.nat(40)).map(([where, count]) => splice(where, count, Buffer.alloc(0))),
  fc
    .tuple(fraction, fc.nat(8), fc.constantFrom(...TOKENS), fc.nat(3))
    .map(([where, remove, token, times]) =>
      splice(where, remove, Buffer.concat(Array.from({ length: 1 + 10 ** times }, () => token))),
    ),
  fc.tuple(fraction, fraction, fraction).map(([from, to, where]): Mutation => (input) => {
    const [start, end] = [at(from, input.length), at(to, input.length)].sort((a, b) => a - b);
    return splice(where, 0, input.subarray(start, end))(input);
  }),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => splice(0.99, 0, Buffer.from(bytes))),
);

/** Inputs of a corpus with some changes, and a few that have nothing to do with it; at most 70,000 bytes. */
export function mutated(corpus: readonly Buffer[]): fc.Arbitrary<Buffer> {
  const changed = fc
    .tuple(fc.constantFrom(...corpus), fc.array(mutation, { minLength: 1, maxLength: 8 }))
    .map(([input, mutations]) => mutations.reduce((bytes, mutate) => mutate(bytes), input));
  const random = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
  return fc
    .oneof({ weight: 9, arbitrary: changed }, { weight: 1, arbitrary: random })
    .map((input) => input.subarray(0, 70_000));
}
