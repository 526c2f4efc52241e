import { it } from 'vitest';
import { measureHold } from './loop-hold.mjs';
import { grow, mutate, randomFrom } from './mutate.mjs';

/** Bytes of an input that an error has. */
const SHOWN_BYTES = 4_096;

/** Inputs that took a new way and joined the corpus, at most. */
const MAX_FOUND = 512;

/** One input of so many is made as long as the target takes. */
const GROWN_EACH = 200;

/** @type {import('./fuzz.d.mts').run} */
export async function run(target, { seed, seconds }) {
  const { maxBytes = 65_536, maxHoldMs = 50 } = target;
  const random = randomFrom(seed);
  /** @type {Buffer[]} */
  const corpus = target.corpus.map((input) => Buffer.from(input));
  const first = corpus.length;
  const ways = new Set();
  const until = performance.now() + seconds * 1000;
  let longestHoldMs = 0;
  let inputs = 0;
  while (inputs < first || performance.now() < until) {
    const chosen = corpus[inputs < first ? inputs : Math.floor(random() * corpus.length)];
    let input = chosen ?? Buffer.alloc(0);
    if (inputs >= first) input = mutate(input, corpus, random, maxBytes);
    if (inputs % GROWN_EACH === GROWN_EACH - 1) input = grow(input, random, maxBytes);
    const feed = () => measureHold(() => target.run(Buffer.from(input)));
    const { result: way, holdMs: firstMs } = await feed().catch((cause) => {
      throw failure('it failed', seed, inputs, input, cause);
    });
    let holdMs = firstMs;
    // Once is not enough: the code may not be compiled yet, garbage of before be collected, the processor be busy.
    for (let again = 0; holdMs > maxHoldMs && again < 8; again++) {
      holdMs = Math.min(holdMs, (await feed()).holdMs);
    }
    if (holdMs > maxHoldMs) {
      throw failure(`it held the loop for ${holdMs.toFixed(0)} ms`, seed, inputs, input);
    }
    longestHoldMs = Math.max(longestHoldMs, holdMs);
    if (way !== undefined && !ways.has(way)) {
      ways.add(way);
      if (corpus.length < first + MAX_FOUND) corpus.push(input);
    }
    inputs += 1;
  }
  return { inputs, ways: ways.size, longestHoldMs };
}

/**
 * @param {string} what
 * @param {number} seed
 * @param {number} number
 * @param {Buffer} input
 * @param {unknown} [cause]
 */
function failure(what, seed, number, input, cause) {
  const why = cause instanceof Error ? `: ${cause.message}` : '';
  const shown = input.subarray(0, SHOWN_BYTES).toString('base64');
  const rest = input.length > SHOWN_BYTES ? `... of ${input.length} bytes` : '';
  return new Error(`${what}${why} (FUZZ_SEED=${seed}, input ${number}, base64 ${shown}${rest})`, {
    cause,
  });
}

/** @type {import('./fuzz.d.mts').fuzz} */
export function fuzz(name, target) {
  const asked = process.env.FUZZ_SECONDS;
  const seconds = Number(asked ?? 0.5);
  const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 32));
  it(`fuzz: ${name}`, { timeout: seconds * 1000 + 60_000 }, async () => {
    const { inputs, ways, longestHoldMs } = await run(target, { seed, seconds });
    if (asked === undefined) return;
    console.log(
      `${name}: ${inputs} inputs, taken in ${ways} ways, loop held for ${longestHoldMs.toFixed(1)} ms at most, seed ${seed}`,
    );
  });
}
