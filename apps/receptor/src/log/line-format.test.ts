import { closeSync, fstatSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lineFormat } from './line-format.js';
import { classicLine, journalLine } from './log.js';

it('writes priorities for the journal alone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'line-format-'));
  const descriptor = openSync(join(folder, 'log'), 'w');
  const { dev, ino } = fstatSync(descriptor);
  const of = (journal?: string) => lineFormat('classic', 'far', journal, descriptor);
  expect(of(`${dev}:${ino}`)).toBe(journalLine);
  // the output was sent elsewhere since the service manager has said so
  expect(of(`${dev}:${ino + 1}`)).toBe(classicLine);
  expect(of()).toBe(classicLine);
  closeSync(descriptor);
  expect(of(`${dev}:${ino}`)).toBe(classicLine);
  rmSync(folder, { recursive: true });
});

it('writes JSON where it is configured, to the journal too', () => {
  const line = lineFormat('json', 'far', undefined, 1)('info', new Date(0), 'x');
  expect(JSON.parse(line)).toMatchObject({ node: 'far', message: 'x' });
});
