import { expect, it } from 'vitest';
import { TrialOptions } from './trial-options.mjs';

it('gives what was asked for, or what a trial has otherwise', () => {
  const options = new TrialOptions([
    'jobs',
    '--short',
    '--jobs',
    '7',
    '--fault',
    'a',
    '--fault',
    'b',
  ]);
  expect(options).toMatchObject({
    names: ['jobs'],
    short: true,
    json: false,
    receptor: 'ours',
    faults: ['a', 'b'],
  });
  expect([options.number('jobs', 200), options.number('runs', 20)]).toEqual([7, 20]);
});

it('refuses what is no number, or another receptor', () => {
  expect(() => new TrialOptions(['--jobs', '0']).number('jobs', 1)).toThrow(/--jobs 0: /);
  expect(() => new TrialOptions(['--receptor', 'rust'])).toThrow(
    '--receptor rust: it is ours or go',
  );
});
