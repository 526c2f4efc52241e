import { expect, it } from 'vitest';
import { endReason } from './end-reason.js';

const ended = { code: 1, signal: null };

it.each([
  [
    'ERROR! the playbook: nope.yml could not be found\r\n',
    'the playbook: nope.yml could not be found',
  ],
  [
    '\u001b[1;35m[WARNING]: x\u001b[0m\r\n\u001b[0;31m[ERROR]: the playbook: nope.yml could not\u001b[0m\r\n\u001b[0;31mbe found\u001b[0m\r\n\r\nmore',
    'the playbook: nope.yml could not be found',
  ],
  ['ERROR! one\nERROR! two\n', 'two'],
  [
    'usage: ansible [-h]\n\nansible-playbook: error: unrecognized arguments: --bogus\n',
    'unrecognized arguments: --bogus',
  ],
  ['all is well\nno ERROR! here\n', undefined],
  ['', undefined],
])('finds in %j why the job ended', (tail, reason) => {
  expect(endReason(ended, tail)).toBe(reason);
});

it('is bounded', () => {
  expect(endReason(ended, `ERROR! ${'x'.repeat(4000)}`)).toHaveLength(500);
});

it('names the signal that ended it', () => {
  expect(endReason({ code: null, signal: 'SIGKILL' }, 'ERROR! x')).toBe(
    'The job was ended by SIGKILL, from outside of the runner.',
  );
});
