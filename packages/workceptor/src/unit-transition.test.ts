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
    report: fc.constantFrom({ errorCode: 'signal' }, { errorCode: 'disk-full', lastOutput: 'x' }),
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
          const reported = { ...after.report, ...status.report };
          expect({ ...after, extraData: null }).toEqual({
            ...status,
            extraData: null,
            ...(after.report && { report: reported }),
          });
        } else if (!isFinal(after.state)) {
          expect(after.report).toBeUndefined();
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

it('says of an end what is found out later, and changes nothing that was said', () => {
  const failed = transition(first, {
    state: UnitState.Failed,
    detail: 'exit status 1',
    report: { errorCode: 'exit-status' },
  });
  const sum = 'a'.repeat(64);
  const whole = transition(failed, { report: { errorCode: 'signal', stdoutSha256: sum } });
  expect(whole.report).toEqual({ errorCode: 'exit-status', stdoutSha256: sum });
  expect(transition(whole, { report: { stdoutSha256: 'b'.repeat(64) } })).toBe(whole);
});
