import { describe, expect, it } from 'vitest';
import { numbersIn, withTests } from './defects.mjs';

describe('numbersIn', () => {
  it.each([
    ["it('D7: ends the tree, and D4: results end')", ['D7', 'D4']],
    ["it('runner 3, 4, 35: leaves nothing')", ['runner 3', 'runner 4', 'runner 35']],
    ["it('secrets go another way (runner 17)')", ['runner 17']],
    ["expect(page).toContain('ansible-runner 1.2.3')", []],
    ["'ID12', 'a runner 2 times'", []],
  ])('of %s', (source, numbers) => {
    expect(numbersIn(source)).toEqual(numbers);
  });
});

describe('withTests', () => {
  const page = (/** @type {string} */ tests) =>
    `# D9\n\n| D1 | wrong | right | ${tests} |\n| runner 2 | wrong | right | none |\n`;

  it('writes the tests of each number, and none where there are none', () => {
    expect(withTests(page(''), new Map([['D1', ['a/x.test.ts', 'b/y.test.ts']]]))).toEqual({
      text: page('`a/x.test.ts`, `b/y.test.ts`'),
      problems: [],
    });
  });
  it('names a number that a test names and the page does not have', () => {
    expect(withTests(page('none'), new Map([['runner 3', ['a/x.test.ts']]])).problems).toEqual([
      "docs/upstream-defects.md: 'runner 3' is missing, which a/x.test.ts names",
    ]);
  });
  it('names a number that stands there twice', () => {
    const row = '| D1 | a | b | none |';
    expect(withTests(`${row}\n${row}\n`, new Map()).problems).toEqual([
      "docs/upstream-defects.md: 'D1' stands there twice",
    ]);
  });
});
