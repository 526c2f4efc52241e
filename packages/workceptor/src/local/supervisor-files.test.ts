import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { claimUnit, readCommandEnd, readSupervisor, startTimeOf } from './supervisor-files.js';

it('finds the start time behind any name of a process', () => {
  const rest = Array.from({ length: 30 }, (_, at) => `f${at + 3}`).join(' ');
  expect(startTimeOf(`12 (a) b) ${rest}`)).toBe('f22');
  expect(startTimeOf(' Sat Nov 21 09:00:00 2026 ')).toBe('Sat Nov 21 09:00:00 2026');
});

it.each([
  ['exit 0\n', { kind: 'exit', number: 0 }],
  ['exit 137\n', { kind: 'exit', number: 137 }],
  ['signal 9\n', { kind: 'signal', number: 9 }],
  ['exit 1', undefined],
  ['', undefined],
])('reads %j as the end of a command', (text, end) => {
  const dir = mkdtempSync(join(tmpdir(), 'unit-'));
  writeFileSync(join(dir, 'exit'), text);
  expect(readCommandEnd(dir)).toEqual(end);
});

it('a claim can be taken once, and an empty one names no supervisor', () => {
  const dir = mkdtempSync(join(tmpdir(), 'unit-'));
  expect(claimUnit(dir)).toBe(true);
  expect(claimUnit(dir)).toBe(false);
  expect(readSupervisor(dir)).toBeUndefined();
});
