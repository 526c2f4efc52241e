import { expect, it } from 'vitest';
import { spoolWordIn } from './spool-word.js';

const sha256 = 'a'.repeat(64);

it.each([
  ['', undefined],
  ['end 5 0', undefined],
  // not whole yet
  [`end 5 0 ${sha256} 7`, undefined],
  [`end 5 0 ${sha256}\n`, undefined],
  [`end 5 0 ${sha256} 7\n`, { kind: 'end', bytes: 5, sha256, stdinBytes: 7 }],
  ['end 0 127 - -\n', { kind: 'end', bytes: 0 }],
  ['none mkfifo\n', { kind: 'none', program: 'mkfifo' }],
  ['lost 7\n', { kind: 'lost', at: 7 }],
  ['lost 7 missing\n', { kind: 'lost', at: 7, why: 'a file of it is not there' }],
  ['lost 7 \n', { kind: 'lost', at: 7 }],
  ['lost 7 constructor\n', undefined],
  // what else the shell has to say
  ['sh: something\nlost 7\n', { kind: 'lost', at: 7 }],
  ['end x y z\nlost -1\n', undefined],
])('%j', (text, word) => {
  expect(spoolWordIn(text)).toEqual(word);
});
