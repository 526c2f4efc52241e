import fc from 'fast-check';
import { expect, it } from 'vitest';
import { silentLogger } from '@receptorjs/primitives';
import { newEpoch } from './environment.js';

const epochAt = (wallTime: number, random: number): bigint =>
  newEpoch({ wallTime: () => wallTime, random: () => random, log: silentLogger });

it('makes a node younger that is started again a millisecond later, whatever the random numbers', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 4_000_000_000_000 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (wallTime, before, after) => {
        expect(epochAt(wallTime + 1, after)).toBeGreaterThan(epochAt(wallTime, before));
        expect(epochAt(wallTime, before) >> 24n).toBe(BigInt(Math.floor(wallTime / 1000)));
      },
    ),
  );
});
