import { expect, it } from 'vitest';
import { planOf } from './job-plans.mjs';

it('is the same for the same seed and number, and another one for others', () => {
  expect(planOf(3, 5)).toEqual(planOf(3, 5));
  expect(planOf(3, 5)).not.toEqual(planOf(3, 6));
  expect(planOf(3, 5)).not.toEqual(planOf(4, 5));
});

it('has all fates, with stdin and without', () => {
  const plans = Array.from({ length: 200 }, (_, at) => planOf(1, at));
  for (const fate of ['keep', 'cancel', 'release'])
    expect(plans.some((plan) => plan.fate === fate && plan.stdinBytes > 0)).toBe(true);
  expect(plans.some(({ stdinBytes }) => stdinBytes === 0)).toBe(true);
  expect(plans.every(({ lines, bursts }) => lines > 0 && bursts > 0)).toBe(true);
});
