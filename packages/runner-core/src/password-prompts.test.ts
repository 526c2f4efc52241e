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
  ])('reads %s as Python does', (pattern, prompt) => {
    expect(watch({ [pattern]: 'yes' }, [prompt])).toEqual(['yes']);
  });

  it('runner 25: a pattern that is none, or an answer that is no text, is told with its place', () => {
    expect(() => compilePrompts({ '(': 'x' }, 'env/passwords')).toThrow(/env\/passwords: "\("/);
    expect(() => compilePrompts({ x: ['y'] }, 'env/passwords')).toThrow(/must be a text/);
  });
});
