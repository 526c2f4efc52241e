import { isFinal, UnitState, type UnitStatus } from '@receptorjs/control-protocol';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { transition, type UnitChange } from './unit-transition.js';

const first: UnitStatus = {
  state: UnitState.Pending,
  detail: 'Unit Created',
  stdoutSize: 0n,
  workType: 'cat',
  extraData: null,
};

const change: fc.Arbitrary<UnitChange> = fc.record(
  {
    state: fc.constantFrom(...Object.values(UnitState)),
    detail: fc.string(),
    stdoutSize: fc.bigInt({ min: 0n, max: 1_000n }),
    extraData: fc.constantFrom(null, 'x'),
  },
  { requiredKeys: [] },
);

it('never goes back, never shrinks, and stands still once final, whatever happens', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 20 }), (changes) => {
      let status = first;
      for (const next of changes) {
        const after = transition(status, next);
        expect(after.state).toBeGreaterThanOrEqual(status.state);
        expect(after.stdoutSize).toBeGreaterThanOrEqual(status.stdoutSize);
        expect(after.workType).toBe('cat');
        if (isFinal(status.state)) {
          expect({ ...after, extraData: null }).toEqual({ ...status, extraData: null });
        }
        status = after;
      }
    }),
  );
});

it('D4: Canceled is final', () => {
  const canceled = transition(first, { state: UnitState.Canceled, detail: 'Canceled' });
  expect(
    transition(canceled, { state: UnitState.Failed, detail: 'signal: terminated', stdoutSize: 5n }),
  ).toBe(canceled);
});

it('gives back the same object when nothing changes', () => {
  expect(transition(first, { detail: 'Unit Created', state: UnitState.Pending })).toBe(first);
});
