import { expect, it } from 'vitest';
import { shellText } from './shell-texts.js';

it('completion knows every subcommand and its options', () => {
  const script = shellText('--bash-completion', '1.2.3');
  expect(script).toContain("'process') options='-h --help --version --debug --logfile -i --ident ");
  expect(script).toContain(
    "words='run start stop is-alive adhoc playbook transmit worker process'",
  );
  expect(script).toContain("'worker cleanup') options='-h ");
  expect(shellText('--zsh-completion', '1.2.3')).toMatch(/^autoload .*\n_ansible_runner\(\)/);
});

it('the manual page has every subcommand with its arguments', () => {
  const page = shellText('--man-page', '1.2.3');
  expect(page).toContain('ansible\\-runner 1.2.3');
  expect(page).toContain('.SS run PRIVATE_DATA_DIR\n');
  expect(page).toContain('\\fB\\-\\-via\\-receptor\\fR \\fINODE\\fR');
  expect(shellText('run', '1.2.3')).toBeUndefined();
});
