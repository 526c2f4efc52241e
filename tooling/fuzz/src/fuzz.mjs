import { it } from 'vitest';
import { mutate, randomFrom } from './mutate.mjs';

/** Inputs that took a new way and joined the corpus, at most. */
const MAX_FOUND = 512;

/** @type {import('./fuzz.d.mts').run} */
export async function run(target, { seed, seconds }) {
  const { maxBytes = 65_536, maxMs = 250 } = target;
  const random = randomFrom(seed);
  /** @type {Buffer[]} */
  const corpus = target.corpus.map((input) => Buffer.from(input));
  const first = corpus.length;
  const ways = new Set();
  const until = performance.now() + seconds * 1000;
  let slowestMs = 0;
  let inputs = 0;
  while (inputs < first || performance.now() < until) {
    const chosen = corpus[inputs < first ? inputs : Math.floor(random() * corpus.length)];
    const input =
      inputs < first
        ? (chosen ?? Buffer.alloc(0))
        : mutate(chosen ?? Buffer.alloc(0), corpus, random, maxBytes);
    const given = Buffer.from(input);
    const started = performance.now();
    /** @type {string | undefined} */
    let way;
    try {
      way = await target.run(given);
    } catch (cause) {
      throw failure('it failed', seed, inputs, input, cause);
    }
    let took = performance.now() - started;
    // A slow input has to be slow again: the machine may have had other things to do.
    for (let again = 0; took > maxMs && again < 3; again++) {
      const from = performance.now();
      await target.run(Buffer.from(input));
      took = performance.now() - from;
    }
    if (took > maxMs) throw failure(`it took ${took.toFixed(0)} ms`, seed, inputs, input);
    slowestMs = Math.max(slowestMs, took);
    if (way !== undefined && !ways.has(way)) {
      ways.add(way);
      if (corpus.length < first + MAX_FOUND) corpus.push(input);
    }
    inputs += 1;
  }
  return { inputs, ways: ways.size, slowestMs };
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
  return new Error(
    `${what}${why} (FUZZ_SEED=${seed}, input ${number}, base64 ${input.toString('base64')})`,
    { cause },
  );
}

/** @type {import('./fuzz.d.mts').fuzz} */
export function fuzz(name, target) {
  const asked = process.env.FUZZ_SECONDS;
  const seconds = Number(asked ?? 0.5);
  const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 32));
  it(`fuzz: ${name}`, { timeout: seconds * 1000 + 60_000 }, async () => {
    const { inputs, ways, slowestMs } = await run(target, { seed, seconds });
    if (asked === undefined) return;
    console.log(
      `${name}: ${inputs} inputs, taken in ${ways} ways, slowest ${slowestMs.toFixed(1)} ms, seed ${seed}`,
    );
  });
}
