import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { goShlex, pythonShlex, quoteShellWord, splitShellWords } from './shell-words.js';

describe('splitShellWords as Go splits', () => {
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
    ['Grüße 👋 "\\👋"', ['Grüße', '👋', '👋']],
  ])('%j', (text, words) => {
    expect(splitShellWords(text, goShlex)).toEqual(words);
  });

  it.each([
    [`'open`, 'EOF found when expecting closing quote'],
    [`"open\\"`, 'EOF found when expecting closing quote'],
    ['end\\', 'EOF found after escape character'],
    [`"end\\`, 'EOF found after escape character'],
  ])('refuses %j', (text, message) => {
    expect(() => splitShellWords(text, goShlex)).toThrow(new SyntaxError(message));
  });
});

describe('splitShellWords as Python splits', () => {
  it.each([
    [
      `--tags a,b -e 'x=1 2' "y=\\"q\\" \\n" a\\ b ''`,
      ['--tags', 'a,b', '-e', 'x=1 2', 'y="q" \\n', 'a b', ''],
    ],
    [' \n', []],
    ['a # no comment', ['a', '#', 'no', 'comment']],
    // other kinds of space are characters like any other
    ['a\u00a0b\fc d', ['a\u00a0b\fc', 'd']],
  ])('%j', (text, words) => {
    expect(splitShellWords(text, pythonShlex)).toEqual(words);
  });

  it.each([
    [`'a`, 'the quote at character 1 is not closed'],
    [`b "a`, 'the quote at character 3 is not closed'],
    [`"a\\`, 'the text ends in a backslash'],
    ['a\\', 'the text ends in a backslash'],
  ])('refuses %s', (text, message) => {
    expect(() => splitShellWords(text, pythonShlex)).toThrow(new SyntaxError(message));
  });
});

describe('quoteShellWord', () => {
  const unit = fc.constantFrom('a', ' ', "'", '"', '\\', '$', '#', '\n', '\t', '\0', 'é', '😀');

  it.each([
    ['google/shlex', goShlex],
    ['shlex', pythonShlex],
  ])('gives what %s reads back', (_, dialect) => {
    const word = fc.oneof(fc.string({ unit }), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(fc.array(word), (words) => {
        const line = words.map(quoteShellWord).join(' ');
        expect(splitShellWords(line, dialect)).toEqual(words);
      }),
      { numRuns: 300 },
    );
  });

  it('leaves plain words as they are', () => {
    expect(['a/b-c.d', '', "it's"].map(quoteShellWord)).toEqual(['a/b-c.d', `''`, `'it'"'"'s'`]);
  });
});
