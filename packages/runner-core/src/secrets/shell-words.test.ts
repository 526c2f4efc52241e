import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteWord, splitWords } from './shell-words.js';

describe('splitWords', () => {
  it('splits as a POSIX shell does', () => {
    expect(splitWords(`--tags a,b -e 'x=1 2' "y=\\"q\\" \\n" a\\ b ''`)).toEqual([
      '--tags',
      'a,b',
      '-e',
      'x=1 2',
      'y="q" \\n',
      'a b',
      '',
    ]);
    expect(splitWords(' \n')).toEqual([]);
    // as Python does: other kinds of space are characters like any other
    expect(splitWords('a\u00a0b\fc d')).toEqual(['a\u00a0b\fc', 'd']);
  });

  it.each([`'a`, `"a`, `a\\`])('refuses %s', (text) => {
    expect(() => splitWords(text)).toThrow(RangeError);
  });

  it('gives back every list of words that was quoted', () => {
    const unit = fc.constantFrom('a', ' ', "'", '"', '\\', '$', '#', '\n', '\t', '\0', 'é', '😀');
    fc.assert(
      fc.property(fc.array(fc.string({ unit })), (words) => {
        expect(splitWords(words.map(quoteWord).join(' '))).toEqual(words);
      }),
      { numRuns: 300 },
    );
  });
});
