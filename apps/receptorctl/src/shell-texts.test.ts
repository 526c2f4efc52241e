import { expect, it } from 'vitest';
import { buildProgram } from './program.js';
import { shellText } from './shell-texts.js';

const text = (option: string) => shellText(option, buildProgram('1.2.3'));

it('completion knows every verb and its options', () => {
  expect(text('--bash-completion')).toContain("'work submit') options='--node -p --payload ");
  expect(text('--bash-completion')).toContain("'work') options='-h --help' words='submit list ");
  expect(text('--bash-completion')).toContain("'top') options='--once --interval --json ");
  expect(text('--bash-completion')).toContain(
    "'work release') options='--force --all --older-than --state --json ",
  );
  expect(text('--bash-completion')).toContain("'work watch') options='--after --json ");
  expect(text('--zsh-completion')).toMatch(/^autoload .*bashcompinit\n_receptorctl\(\)/);
});

it('the manual page has every verb with its arguments', () => {
  const page = text('--man-page');
  expect(page).toContain('receptorctl 1.2.3');
  expect(page).toContain('.SS traceroute NODE\n');
  expect(page).toContain('\\fB\\-\\-ttl\\fR \\fIduration\\fR');
});

it('nothing else is such an option', () => {
  expect(text('status')).toBeUndefined();
});
