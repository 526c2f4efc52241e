import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzzTargets } from './fuzz-targets.js';
import { mutated } from './mutations.js';

/** Seconds for each target; without it each gets a fixed number of inputs. */
const seconds = Number(process.env['FUZZ_SECONDS'] ?? 0);
const RUNS = 300;
/** No input may take longer; collecting garbage takes some of it. */
const STALL_MS = 2000;

describe('arbitrary bytes', () => {
  it.each(fuzzTargets())(
    'do no harm: $name',
    ({ name, corpus, run }) => {
      expect(corpus.length).toBeGreaterThan(0);
      for (const input of corpus) run(input);
      let inputs = 0;
      fc.assert(
        fc.property(mutated(corpus), (input) => {
          inputs++;
          const started = performance.now();
          run(input);
          expect(performance.now() - started).toBeLessThan(STALL_MS);
        }),
        seconds > 0
          ? { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: seconds * 1000 }
          : { numRuns: RUNS },
      );
      if (seconds > 0) console.info(`${name}: ${inputs} inputs in ${seconds} s, none did harm`);
    },
    seconds * 1000 + 60_000,
  );
});
