import { setImmediate } from 'node:timers/promises';
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

const busy = (/** @type {number} */ ms) => {
  const { user, system } = process.cpuUsage();
  const used = () => process.cpuUsage().user + process.cpuUsage().system - user - system;
  while (used() < ms * 1000);
};

it('finds an input that holds the loop too long, and only when it does so again', async () => {
  let once = 0;
  const target = {
    corpus,
    maxHoldMs: 5,
    run: (/** @type {Buffer} */ input) => {
      if (once++ === 0) busy(10);
      if (input.length > 100) busy(10);
      return undefined;
    },
  };
  await expect(run(target, { seed: 1, seconds: 10 })).rejects.toThrow(
    /^it held the loop for \d+ ms/,
  );
  expect(once).toBeGreaterThan(2);
});

it('counts what is done at once, not what is done in parts', async () => {
  const parts = async () => {
    for (let part = 0; part < 4; part++) {
      busy(10);
      await setImmediate();
    }
    return undefined;
  };
  const report = await run({ corpus, maxHoldMs: 30, run: parts }, { seed: 1, seconds: 0.1 });
  expect(report.longestHoldMs).toBeGreaterThanOrEqual(10);
  const atOnce = async () => {
    await setImmediate();
    busy(40);
    return undefined;
  };
  await expect(
    run({ corpus, maxHoldMs: 30, run: atOnce }, { seed: 1, seconds: 10 }),
  ).rejects.toThrow(/^it held the loop/);
});

it('tries inputs as long as they may be', async () => {
  let longest = 0;
  const target = {
    corpus,
    maxBytes: 1_000_000,
    run: (/** @type {Buffer} */ input) => {
      longest = Math.max(longest, input.length);
      return undefined;
    },
  };
  await run(target, { seed: 2, seconds: 0.3 });
  expect(longest).toBe(1_000_000);
});

it('keeps inputs that are taken in a new way and stops in time', async () => {
  const target = { corpus, run: (/** @type {Buffer} */ input) => String(input.length % 7) };
  const report = await run(target, { seed: 3, seconds: 0.05 });
  expect(report.ways).toBe(7);
  expect(report.inputs).toBeGreaterThan(10);
});
