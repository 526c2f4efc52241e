import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteShellWord, splitShellWords } from './shell-words.js';

describe('splitShellWords', () => {
  it.each([
    ['', []],
    ['  a \t b\r\nc ', ['a', 'b', 'c']],
    [`-c 'echo "hi"; exit 3'`, ['-c', 'echo "hi"; exit 3']],
    [`"a \\" \\b" x`, ['a " b', 'x']],
    [`'a\\' "" ''`, ['a\\', '', '']],
    ['a\\ b \\\\', ['a b', '\\']],
    [`pre"mid"'post'`, ['premidpost']],
    ['a # comment\nb', ['a', 'b']],
    ['a#b "#c" \\#d', ['a#b', '#c', '#d']],
    ['$HOME *.txt', ['$HOME', '*.txt']],
    ['Grüße 👋', ['Grüße', '👋']],
  ])('%j', (text, words) => {
    expect(splitShellWords(text)).toEqual(words);
  });

  it.each([
    [`'open`, 'EOF found when expecting closing quote'],
    [`"open\\"`, 'EOF found when expecting closing quote'],
    ['end\\', 'EOF found after escape character'],
  ])('refuses %j', (text, message) => {
    expect(() => splitShellWords(text)).toThrow(message);
  });

  it('reads back whatever was quoted', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (words) => {
        expect(splitShellWords(words.map((word) => quoteShellWord(word)).join(' '))).toEqual(words);
      }),
    );
  });
});
