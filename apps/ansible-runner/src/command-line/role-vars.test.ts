import { describe, expect, it } from 'vitest';
import { parseRoleVars } from './role-vars.js';

describe('role variables', () => {
  it('runner 6: a value may contain equal signs', () => {
    expect(parseRoleVars(['a=b=c', 'd='])).toEqual({ a: 'b=c', d: '' });
  });

  it.each([
    ['1', 1],
    ['-2.5', -2.5],
    ['True', true],
    ['None', null],
    ['true', 'true'],
    ['yes', 'yes'],
    ['007', '007'],
    ['90071992547409931', '90071992547409931'],
    ['"two words"', 'two words'],
    ["'it\\'s'", "it's"],
    ["[1, 'a', [False]]", [1, 'a', [false]]],
    ["{'k': {'n': 1}, 2: ()}", { k: { n: 1 }, '2': [] }],
    ["{'__proto__': 1}", Object.fromEntries([['__proto__', 1]])],
    ['[1, 2', '[1, 2'],
    ['[1 2]', '[1 2]'],
    ['1 2', '1 2'],
    ['web-1', 'web-1'],
    ['['.repeat(100), '['.repeat(100)],
  ])('%s is read as Python reads it, or is a text', (text, value) => {
    expect(parseRoleVars([`k=${text}`])).toEqual({ k: value });
  });

  it('a word without a name is refused', () => {
    expect(() => parseRoleVars(['novalue'])).toThrow(/"novalue" is none/);
    expect(() => parseRoleVars(['=x'])).toThrow(/name=value/);
  });
});
