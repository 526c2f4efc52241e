import { expect, it, vi } from 'vitest';
import { LINES_OF_PAGE, OutputLines } from './output-lines.js';

it('keeps lines by their numbers, in whichever order they come', () => {
  const lines = new OutputLines();
  lines.grow(3);
  lines.put(2, ['three']);
  lines.put(0, ['one', 'two']);
  expect([0, 1, 2].map((at) => lines.line(at)?.text)).toEqual(['one', 'two', 'three']);
  expect(lines.count).toBe(3);
});

it('says which pages are missing, and none behind the end', () => {
  const lines = new OutputLines();
  lines.grow(LINES_OF_PAGE * 3);
  lines.put(
    0,
    Array.from({ length: LINES_OF_PAGE }, () => 'x'),
  );
  expect(lines.missing(0, LINES_OF_PAGE - 1)).toEqual([]);
  expect(lines.missing(0, LINES_OF_PAGE * 9)).toEqual([1, 2]);
});

it('carries the look from one line to the next', () => {
  const lines = new OutputLines();
  lines.put(0, ['\u001b[32mok', 'still']);
  lines.put(2, ['and on\u001b[0m', 'plain']);
  expect([1, 2, 3].map((at) => lines.line(at)?.look.fg)).toEqual([2, 2, undefined]);
});

it('forgets what was written longest ago once it is too much', () => {
  const lines = new OutputLines();
  for (let page = 0; page <= 400; page += 1) lines.put(page * LINES_OF_PAGE, ['x']);
  expect(lines.line(0)).toBeUndefined();
  expect(lines.line(LINES_OF_PAGE)?.text).toBe('x');
  expect(lines.missing(0, 0)).toEqual([0]);
});

it('tells listeners once for what comes together', () => {
  vi.useFakeTimers();
  const lines = new OutputLines();
  let told = 0;
  const end = lines.subscribe(() => (told += 1));
  lines.put(0, ['a']);
  lines.put(1, ['b']);
  vi.runAllTimers();
  vi.useRealTimers();
  expect(told).toBe(1);
  end();
});
