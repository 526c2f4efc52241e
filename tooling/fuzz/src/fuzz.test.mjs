import { expect, it } from 'vitest';
import { run } from './fuzz.mjs';

const corpus = ['{"length":1}'];

it('finds an input that makes a target throw, and says how to see it again', async () => {
  const target = {
    corpus,
    run: (/** @type {Buffer} */ input) => {
      if (input.includes(0xff)) throw new Error('no 0xff');
      return undefined;
    },
  };
  const found = await run(target, { seed: 7, seconds: 10 }).catch((error) => error);
  expect(found.message).toMatch(/^it failed: no 0xff \(FUZZ_SEED=7, input \d+, base64 /);
  const again = await run(target, { seed: 7, seconds: 10 }).catch((error) => error);
  expect(again.message).toBe(found.message);
});

it('finds an input that takes too long, and only when it does so again', async () => {
  const busy = (/** @type {number} */ ms) => {
    const until = performance.now() + ms;
    while (performance.now() < until);
  };
  let once = 0;
  const target = {
    corpus,
    maxMs: 5,
    run: (/** @type {Buffer} */ input) => {
      if (once++ === 0) busy(10);
      if (input.length > 100) busy(10);
      return undefined;
    },
  };
  await expect(run(target, { seed: 1, seconds: 10 })).rejects.toThrow(/^it took \d+ ms/);
  expect(once).toBeGreaterThan(2);
});

it('keeps inputs that are taken in a new way and stops in time', async () => {
  const target = { corpus, run: (/** @type {Buffer} */ input) => String(input.length % 7) };
  const report = await run(target, { seed: 3, seconds: 0.05 });
  expect(report.ways).toBe(7);
  expect(report.inputs).toBeGreaterThan(10);
});
