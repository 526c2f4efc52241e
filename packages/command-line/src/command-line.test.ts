import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { bashCompletion, manualPage, type CommandEntry } from './index.js';

const program: CommandEntry = {
  name: 'greet-it',
  help: 'says hello',
  options: [
    { names: ['-c', '--config'], value: 'FILE', help: 'a file' },
    { names: ['--loud'], help: 'in capitals' },
  ],
  commands: [
    {
      name: 'work',
      help: 'works',
      options: [],
      commands: [
        { name: 'submit', help: 'submits', options: [{ names: ['--node'], value: 'N', help: '' }] },
        { name: 'list', help: 'lists', options: [] },
      ],
    },
    {
      name: 'status',
      help: 'tells',
      arguments: 'NODE',
      options: [{ names: ['--json'], help: '.dot' }],
    },
  ],
};

/** What bash proposes for the last of the words. */
function proposed(...words: string[]): string[] {
  const script = `${bashCompletion(program)}
COMP_WORDS=(greet-it ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}
_greet_it; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', script], { encoding: 'utf8', cwd: import.meta.dirname })
    .split('\n')
    .filter(Boolean);
}

it.each([
  [[''], ['work', 'status']],
  [['s'], ['status']],
  [['-'], ['-c', '--config', '--loud']],
  [
    ['--loud', 'work', ''],
    ['submit', 'list'],
  ],
  [['-c', 'work', 's'], ['status']],
  [['work', 'submit', '-'], ['--node']],
  [['status', '--'], ['--json']],
  [['--config', 'comp'], ['completion.ts']],
])('bash completes %j', (words, proposals) => {
  expect(proposed(...words)).toEqual(proposals);
});

it('a manual page has every command and option, and nothing that roff takes for its own', () => {
  const page = manualPage(program, { version: '1.0', description: '.It greets.' });
  expect(page).toContain('.SS work submit\nsubmits\n.TP\n\\fB\\-\\-node\\fR \\fIN\\fR');
  expect(page).toContain('.SS status NODE\n');
  expect(page).toContain('\n\\&.dot\n');
  expect(page).toContain('\n\\&.It greets.\n');
});
