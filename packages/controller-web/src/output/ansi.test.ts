import { expect, it } from 'vitest';
import { piecesOf, PLAIN, plainText } from './ansi.js';

it('reads colours, and carries them into the next line', () => {
  const first = piecesOf('\u001b[0;31mfatal: [h1]', PLAIN);
  expect(first.pieces).toEqual([{ text: 'fatal: [h1]', look: { fg: 1 } }]);
  const second = piecesOf('still red\u001b[0m and plain', first.after);
  expect(second.pieces).toEqual([
    { text: 'still red', look: { fg: 1 } },
    { text: ' and plain', look: {} },
  ]);
});

it('knows bright colours, the palette, and styles that are put together and taken back', () => {
  expect(piecesOf('\u001b[1;94;48;5;3ma\u001b[22;39mb', PLAIN).pieces).toEqual([
    { text: 'a', look: { bold: true, fg: 12, bg: 3 } },
    { text: 'b', look: { bold: undefined, fg: undefined, bg: 3 } },
  ]);
  expect(piecesOf('\u001b[38;2;1;2;3;4mx', PLAIN).pieces).toEqual([
    { text: 'x', look: { fg: undefined, underline: true } },
  ]);
});

it('shows no other sequences and no control characters', () => {
  expect(plainText('\u001b[2Ka\u001b]0;title\u0007b\u0008\u001b[?25lc')).toBe('abc');
});
