import { describe, expect, it } from 'vitest';
import { compilePrompts, PromptWatcher } from './password-prompts.js';

function watch(passwords: Record<string, unknown>, pieces: readonly string[]) {
  const watcher = new PromptWatcher(compilePrompts(passwords, 'env/passwords'));
  return pieces.map((piece) =>
    watcher
      .answersTo(Buffer.from(piece))
      .map(({ answer }) => answer)
      .join(),
  );
}

describe('PromptWatcher', () => {
  it('answers the prompts the original documents', () => {
    const passwords = { '^SSH password:\\s*?$': 'a', '^BECOME password.*:\\s*?$': 'b' };
    expect(watch(passwords, ['SSH password: '])).toEqual(['a']);
    expect(watch(passwords, ['\r\nBECOME password[defaults to SSH password]: '])).toEqual(['b']);
    expect(watch(passwords, ['the SSH password: '])).toEqual(['']);
  });

  it('sees a prompt that comes in pieces, answers it once, and the next one again', () => {
    expect(watch({ 'Pass.*: $': 'x' }, ['Pas', 'sword', ': ', '\r\n', 'Password: '])).toEqual([
      '',
      '',
      'x',
      '',
      'x',
    ]);
  });

  it('answers prompts that come at once in their order, whatever the order of the patterns', () => {
    expect(watch({ 'B: ': 'b', 'A: ': 'a' }, ['A: B: '])).toEqual(['a,b']);
    expect(watch({ 'A.*: $': 'long', 'A: ': 'short' }, ['A: '])).toEqual(['long']);
  });

  it('answers once for a pattern that matches nothing at all', () => {
    expect(watch({ 'x*': 'a' }, ['-'])).toEqual(['a']);
    expect(watch({ $: 'a' }, ['abc'])).toEqual(['a']);
  });

  it('takes what follows a prompt that has been answered for the beginning of a text', () => {
    const passwords = { '^Password:': 'a', '^Again:': 'b', '^\\s*Token: ?$': 'c' };
    expect(watch(passwords, ['Password:', 'Aga', 'in: ', '\r\nToken: '])).toEqual([
      ...['a', '', 'b', 'c'],
    ]);
    expect(watch(passwords, ['Password:Again:x Again:'])).toEqual(['a,b']);
    expect(watch(passwords, ['not Again:'])).toEqual(['']);
  });

  it('gives up on a pattern that takes too long', () => {
    expect(() => watch({ '(a+)+$': 'x' }, [`${'a'.repeat(60)}!`])).toThrow(
      /the search for "\(a\+\)\+\$" takes too long/,
    );
    expect(watch({ '(a+)+:$': 'x', '(?:\\w+,? ?)+:$': 'y' }, ['aa aa, aa:'])).toEqual(['y']);
    expect(watch({ '(a++)++:$': 'x' }, [`${'a'.repeat(60)}!`, 'a:'])).toEqual(['', 'x']);
  });

  it('looks at the last 100 characters only', () => {
    expect(watch({ '^start': 'x' }, [`start${'.'.repeat(100)}`])).toEqual(['']);
  });

  it.each([
    ['(?i)password', 'PASSWORD'],
    ['(?P<a>x)(?P=a)', 'xx'],
    ['[]a]b', ']b'],
    ['a.c', 'a\rc'],
    ['\\Aabc\\Z', 'abc'],
    ["Enter passphrase for '.*':\\s*?$", "Enter passphrase for '/k': "],
    ['Vault password \\(id1\\):', 'Vault password (id1): '],
    ['x{2}', 'xx'],
    ['^Kennwort für \\w+: $', 'Kennwort für jürgen: '],
    ['^[\\w.]+@\\w+: $', 'jürgen.x@hôst: '],
    ['{x}', '{x}'],
    ['\\<x\\>', '<x>'],
    ['(?i:ssh) password: ', 'SsH password: '],
    ['(?i)PASS(?-i:word)', 'pAssword'],
    ['password(?#of the user): ', 'password: '],
    ['(?x) ssh \\s password:  # the prompt\n [ ]$', 'ssh password: '],
    ['(?s:a.b).', 'a\nb!'],
    ['\\w++: $', 'token: '],
    ['(?>ab|a)b: ', 'abb: '],
    ['[^\\W\\d]: ', 'x: '],
    ['(?a)\\w\\W', 'eé'],
    ['(?i:[k-s])+\\u212A', 'KSſ\u212a'],
    ['(?i:straße|É)', 'STRAßE'],
    ['(a)(?:b)(?P<c>c)\\2\\1(?P=c)', 'abccac'],
    ['(?<=für ).\\b', 'für é'],
    ['x(?=:)*:', 'x:'],
  ])('reads %s as Python does', (pattern, prompt) => {
    expect(watch({ [pattern]: 'yes' }, [prompt])).toEqual(['yes']);
  });

  it.each([
    ['(?>ab|a)c', 'abc', true],
    ['(?>a|ab)c', 'abc', false],
    ['a++ab', 'aaab', false],
    ['a{1,2}+a', 'aa', false],
    ['(?i:a)b', 'AB', false],
    ['(?-i:a)b', 'Ab', false],
    ['(?-m:^b)', 'a\nb', false],
    ['(?a)é\\b', 'é ', false],
  ])('reads %s as Python does in %j', (pattern, text, matches) => {
    expect(watch({ [pattern]: 'yes' }, [text])).toEqual([matches ? 'yes' : '']);
  });

  it.each([
    ['(a)?(?(1)b|c)', /conditional groups/],
    ['\\N{BULLET}', /characters by name/],
    ['(a)(?i:\\1)', /references to groups/],
    ['(?<=a{2}+)b', /never given back/],
    ['a(?i)b', /global flags not at the start/],
    ['(?L)a', /the flag L/],
    ['a**', /multiple repeat at position 2/],
    ['+a', /nothing to repeat at position 0/],
    ['[a', /unterminated character set at position 0/],
    ['a)', /unbalanced parenthesis/],
    ['\\q', /bad escape \\q/],
    ['\\2(a)', /invalid group reference 2/],
    ['(?P<a>x)(?P<a>y)', /redefinition of group name a/],
  ])('refuses %s with the reason', (pattern, message) => {
    expect(() => compilePrompts({ [pattern]: 'x' }, 'env/passwords')).toThrow(message);
  });

  it('runner 25: a pattern that is none, or an answer that is no text, is told with its place', () => {
    expect(() => compilePrompts({ '(': 'x' }, 'env/passwords')).toThrow(/env\/passwords: "\("/);
    expect(() => compilePrompts({ x: ['y'] }, 'env/passwords')).toThrow(/must be a text/);
  });
});
