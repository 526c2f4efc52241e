import { expect, it } from 'vitest';
import { comparison, tableLine } from './table.mjs';

const figures = { peakMb: 100, stallMs: 12.4, pingMs: 7, job: '3 of 3', logKb: 2, problems: [] };

it('says in a line what holds and what does not', () => {
  expect(tableLine('half-lines', figures)).toMatch(/^half-lines +100 +12 +7 +3 of 3 +2 +- +holds$/);
  const failed = { ...figures, problems: ['peakMb 900 of at most 350', 'hub ended: 1'] };
  expect(tableLine('a', failed)).toMatch(/FAILS: peakMb 900 of at most 350; hub ended: 1$/);
  expect(tableLine('a', { ...figures, skipped: 'it needs root' })).toMatch(
    /skipped: it needs root$/,
  );
});

it('puts runs side by side', () => {
  const runs = [new Map([['a', { ...figures, problems: ['x'] }]]), new Map([['a', figures]])];
  expect(comparison(runs)).toBe(
    '| attack | before | after |\n| --- | --- | --- |\n| a | 100 / 12 / 7 / 2 ✗ | 100 / 12 / 7 / 2 |',
  );
});
