import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { parseRequest } from './request.js';
import { stdinMark, stdinSize, untilMark } from './stdin-end.js';

const mark = '0123456789abcdef';

async function* pieces(...all: string[]): AsyncGenerator<Uint8Array> {
  for (const piece of all) yield await Promise.resolve(Buffer.from(piece));
}

it.each([
  [[mark], ''],
  [[`hello${mark}`], 'hello'],
  [['hello', mark], 'hello'],
  [['hel', 'lo0123', '456789abcdef'], 'hello'],
  [Array.from(`hello${mark}`), 'hello'],
  [[mark, mark], mark],
  [['x'.repeat(100_000), 'y', mark], `${'x'.repeat(100_000)}y`],
])('gives what stands before the mark: %#', async (input, output) => {
  expect(await text(untilMark(pieces(...input), mark))).toBe(output);
});

it.each([
  [[]],
  [['hello']],
  [[mark.slice(1)]],
  [[`${mark}hello`]],
  [[`hello${mark.slice(0, -1)}`]],
])('an end without the mark is a cut: %j', async (input) => {
  await expect(text(untilMark(pieces(...input), mark))).rejects.toMatchObject({
    code: 'stdin-cut',
  });
});

it.each([`stdin-end ${mark}`, `{"command":"stdin-end","mark":"${mark}"}`])('reads %s', (line) => {
  expect(stdinMark(parseRequest(line))).toBe(mark);
});

it.each([
  'stdin-end',
  'stdin-end short',
  `stdin-end ${mark} ${mark}`,
  `stdin-end ${'x'.repeat(129)}`,
  '{"command":"stdin-end"}',
  '{"command":"stdin-end","mark":"äöüäöüäöüäöüäöüäöü"}',
])('refuses %s', (line) => {
  expect(() => stdinMark(parseRequest(line))).toThrow(
    expect.objectContaining({ code: 'bad-request' }) as Error,
  );
});

it.each([
  ['stdin-size 0', 0],
  ['stdin-size 12', 12],
  ['{"command":"stdin-size","bytes":12}', 12],
  ['{"command":"stdin-size","bytes":"12"}', 12],
])('reads %s', (line, size) => {
  expect(stdinSize(parseRequest(line))).toBe(size);
});

it.each([
  'stdin-size',
  'stdin-size -1',
  'stdin-size 1 2',
  'stdin-size 9007199254740993',
  '{"command":"stdin-size"}',
  '{"command":"stdin-size","bytes":1.5}',
  '{"command":"stdin-size","bytes":-1}',
])('refuses %s', (line) => {
  expect(() => stdinSize(parseRequest(line))).toThrow('stdin-size takes a number of bytes');
});
