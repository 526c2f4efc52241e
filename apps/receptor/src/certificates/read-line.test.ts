import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readLine } from './read-line.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'line-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What is read of a text, and what is left of it. */
async function read(text: string): Promise<{ line: string; rest: string }> {
  const file = join(folder, 'input');
  writeFileSync(file, text);
  const descriptor = openSync(file, 'r');
  try {
    const line = await readLine(descriptor);
    const left = Buffer.alloc(4_096);
    return { line, rest: left.toString('utf8', 0, readSync(descriptor, left)) };
  } finally {
    closeSync(descriptor);
  }
}

it('takes one line and no byte more', async () => {
  expect(await read('yes\nLEFTOVER\n')).toEqual({ line: 'yes', rest: 'LEFTOVER\n' });
  expect(await read('é\r\n\nx')).toEqual({ line: 'é', rest: '\nx' });
});

it('the end of the input ends a line', async () => {
  expect(await read('no')).toEqual({ line: 'no', rest: '' });
  expect(await read('')).toEqual({ line: '', rest: '' });
});

it('bounds a line', async () => {
  await expect(read('x'.repeat(2_000))).rejects.toThrow('longer than 1024 bytes');
});
