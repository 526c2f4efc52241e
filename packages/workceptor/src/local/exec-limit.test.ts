import { goShlex, splitShellWords } from '@receptorjs/primitives';
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { whyTooLong } from './exec-limit.js';
import { checkParamSize, runtimeParams } from '../submission-checks.js';

const onLinux = process.platform === 'linux';
if (!onLinux) console.warn('skipped: the length of one argument, because only Linux bounds it');
it.skipIf(!onLinux)('knows what Linux takes of one argument', () => {
  const longest = 'x'.repeat(131_071);
  expect(whyTooLong([longest])).toBeUndefined();
  expect(spawnSync('true', [longest]).error).toBeUndefined();
  expect(whyTooLong([`${longest}x`])).toBe(
    'argument list too long: an argument has 131072 bytes, allowed are 131071',
  );
  expect(spawnSync('true', [`${longest}x`]).error).toMatchObject({ code: 'E2BIG' });
});

it('takes no more words than a program can be given', () => {
  const words = Array.from({ length: 10 }, () => 'x'.repeat(60_000));
  expect(whyTooLong(words, {})).toBeUndefined();
  expect(spawnSync('true', words).error).toBeUndefined();
  const many = Array.from({ length: 40 }, () => 'x'.repeat(60_000));
  expect(whyTooLong(many, {})).toMatch(/^argument list too long: arguments and environment/);
  expect(whyTooLong(words, { LARGE: 'x'.repeat(2_000_000) })).toMatch(/^argument list too long/);
});

it('refuses a submission before there is a unit', () => {
  const type = { allowRuntimeParams: true };
  expect(runtimeParams(type, { params: `-c '${'x'.repeat(1000)}'` })).toHaveLength(1005);
  expect(() =>
    runtimeParams(type, { params: 'x'.repeat(200_000).concat(' y'.repeat(1e6)) }),
  ).toThrow('argument list too long');
  expect(() => checkParamSize({ pod: 'x'.repeat(2_097_152) })).toThrow(
    'the parameters have 2097155 bytes, allowed are 2097152; larger data goes into stdin',
  );
});

it('splits megabytes of every kind', () => {
  const size = 2_000_000;
  expect(splitShellWords('x'.repeat(size), goShlex)).toEqual(['x'.repeat(size)]);
  expect(splitShellWords(`'${'x'.repeat(size)}'`, goShlex)).toEqual(['x'.repeat(size)]);
  expect(splitShellWords('\\x'.repeat(size / 2), goShlex)).toEqual(['x'.repeat(size / 2)]);
  expect(splitShellWords('a '.repeat(size / 2), goShlex)).toHaveLength(size / 2);
  expect(splitShellWords(`""''`.repeat(size / 4), goShlex)).toEqual(['']);
});
