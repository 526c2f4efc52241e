import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { countedLines, digestOfLines, LINE_BYTES, lineWriter } from './counted-lines.mjs';

it.each([undefined, 3000])('knows what its writer writes, %s lines a second', (aSecond) => {
  const [program = '', ...args] = lineWriter('a7', 5000, aSecond);
  const written = execFileSync(program, args, { maxBuffer: 5001 * LINE_BYTES });
  expect(written.length).toBe(5000 * LINE_BYTES);
  expect([...countedLines('a7', 5000)].join('')).toBe(written.toString());
  expect(digestOfLines('a7', 5000)).toBe(createHash('sha256').update(written).digest('hex'));
  expect(digestOfLines('a8', 5000)).not.toBe(digestOfLines('a7', 5000));
});
