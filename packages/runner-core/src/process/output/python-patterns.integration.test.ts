import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ansibleMissing, venv } from '../../ansible-fixture.js';
import { findPython } from '../../python-assets.js';
import { fromPythonPattern } from './python-patterns.js';

/** Says, for each pattern and text, where Python finds it: `[from, to]`, `null`, or the reason why it is no pattern. */
const SEARCH = `
import json, re, sys, warnings
warnings.simplefilter("error")
def search(pattern, text):
    try:
        found = re.compile(pattern, re.M).search(text)
    except (re.error, ValueError, OverflowError, RecursionError, DeprecationWarning, FutureWarning) as error:
        return str(error)
    return found and found.span()
print(json.dumps({"possessive": sys.version_info >= (3, 11, 5), "found": [search(*one) for one in json.load(sys.stdin)]}))
`;

type Found = [number, number] | null | string;

const python =
  ansibleMissing === undefined
    ? join(venv, 'bin', 'python')
    : await findPython(process.env.PATH ?? '');
const inPython = (cases: readonly (readonly [string, string])[]) =>
  JSON.parse(
    execFileSync(python, ['-c', SEARCH], {
      input: JSON.stringify(cases),
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    }),
  ) as { possessive: boolean; found: Found[] };

function inJavaScript(pattern: string, text: string): Found {
  try {
    const found = fromPythonPattern(pattern).exec(text);
    return found === null ? null : [found.index, found.index + found[0].length];
  } catch (error) {
    return String(error);
  }
}

/** What is documented as not translated. */
const NOT_TRANSLATED =
  /not supported|references to groups|can't be without case|reference|conditional/;
/** What Python refuses and JavaScript can: nobody's pattern gets another meaning. */
const MORE_THAN_PYTHON =
  /look-behind requires fixed-width|same lookbehind|Possible (?:nested|set)|bad character in group name/;

/**
 * Whether the engines may find something else in it: a repeated group that is matched by nothing, or does not give back as
 * documented, and a reference to a group that took no part.
 */
function isMatterOfEngine(pattern: string): boolean {
  const repeats = /\)(?:\(\?#a\)|\s)*[*+?{]/.test(pattern);
  const refers = /\\[12]|P=/.test(pattern);
  return (
    (repeats && /[*+?}]\?/.test(pattern)) ||
    /\)[\s\w(#?)]*(?:[*+?]|\{[\d,]*\})\+/.test(pattern) ||
    (refers && (repeats || pattern.includes('|')))
  );
}

function agree(ours: Found, theirs: Found): boolean {
  if (typeof ours === 'string') return typeof theirs === 'string' || NOT_TRANSLATED.test(ours);
  if (typeof theirs === 'string') return MORE_THAN_PYTHON.test(theirs);
  return JSON.stringify(ours) === JSON.stringify(theirs);
}

const { letrec, oneof, constantFrom, array, tuple, option } = fc;
const text = fc.string({
  unit: constantFrom(...Array.from('aAbB \n_1-ſK'), 'é', 'É', 'ß', 'aa'),
  minLength: 1,
  maxLength: 10,
});
const { pattern } = letrec<{ pattern: string; part: string; item: string }>((tie) => ({
  pattern: array(tie('part'), { maxLength: 4 }).map((parts) => parts.join('')),
  part: tuple(
    tie('item'),
    option(
      tuple(
        constantFrom('*', '+', '?', '{1,2}', '{,2}', '{2}', '{1,}', '{', '{}'),
        constantFrom('', '', '?', '+'),
      ).map((both) => both.join('')),
      { nil: '' },
    ),
  ).map((both) => both.join('')),
  item: oneof(
    { depthSize: 'small', withCrossShrink: true },
    constantFrom(...Array.from('aAbBſks1_-]}#" '), 'é', '.', '^', '$', '|'),
    constantFrom('\\w', '\\W', '\\d', '\\D', '\\s', '\\S', '\\b', '\\B', '\\A', '\\Z', '\\n'),
    constantFrom('\\x41', '\\u00e9', '\\101', '\\0', '\\.', '\\-', '\\"', '\\q', '\\1', '\\2'),
    constantFrom('[ab]', '[^a]', '[a-c]', '[]a]', '[^]a]', '[a-]', '[\\w-]', '[\\Wa]', '[^\\Wa]'),
    constantFrom(
      '[^\\S1]',
      '[[a]',
      '[a|b]',
      '[\\b]',
      '[\\101-z]',
      '[b-a]',
      '[&~]',
      '(?#a)',
      '[é-ü]',
    ),
    tuple(
      constantFrom(
        ...['(', '(?:', '(?P<n>', '(?>', '(?=', '(?!', '(?<=', '(?<!'],
        ...['(?i:', '(?-i:', '(?s:', '(?x:', '(?-m:', '(?a:', '(?is-m:'],
      ),
      tie('pattern'),
    ).map(([open, inner]) => `${open}${inner})`),
    constantFrom('(?P=n)', '(?(1)a|b)'),
  ),
}));
const whole = tuple(
  constantFrom('', '', '', '(?i)', '(?x)', '(?s)(?i)', '(?a)', '(?ia)'),
  pattern,
).map((both) => both.join(''));

describe('a pattern of Python', () => {
  it('finds what it finds in Python, or is refused with what can not be translated', () => {
    const cases = fc.sample(tuple(whole, text), {
      numRuns: Number(process.env.RECEPTORJS_PATTERNS ?? 4000),
    });
    const { possessive } = inPython([]);
    // Python has them since 3.11, and right since 3.11.5.
    if (!possessive)
      console.warn(`what is never given back is not compared: ${python} has no such`);
    const compared = cases.filter(
      ([one]) => !isMatterOfEngine(one) && (possessive || !/[*+?}]\+|\(\?>/.test(one)),
    );
    const { found } = inPython(compared);
    const differing: unknown[] = [];
    let same = 0;
    for (const [index, [pattern, text]] of compared.entries()) {
      const theirs = found[index] ?? null;
      const ours = inJavaScript(pattern, text);
      if (agree(ours, theirs)) same += typeof ours === 'string' ? 0 : 1;
      else differing.push({ pattern, text, ours, theirs });
    }
    expect(differing.slice(0, 5)).toEqual([]);
    expect(same).toBeGreaterThan(cases.length / 4);
  });
});
