import { expect, it } from 'vitest';
import { masked } from './masked.js';

it.each([
  ['{"kwargs": {"ident": "a"}}', '{"kwargs": {"ident": "a"}}'],
  ['{"password": "x y", "user": "me"}', '{"password": "***", "user": "me"}'],
  ['{"passwords": {"SSH password:": "a}b", "n": [1]}, "b": 2}', '{"passwords": "***", "b": 2}'],
  ['{"ssh_key":"-----BEGIN', '{"ssh_key":"***"'],
  ['{"Token" : 12, "b": 2}', '{"Token" : "***", "b": 2}'],
  ['{"api_key": "a\\"b", "c": 1}', '{"api_key": "***", "c": 1}'],
  ['{"my_secret_thing": [["a"], {"b": "]"}]}', '{"my_secret_thing": "***"}'],
  ['{"envvars": {"AWS": "x"', '{"envvars": "***"'],
  ['password=hunter2\nuser=me', 'password=***\nuser=me'],
  ['ansible_become_pass: hunter 2', 'ansible_become_pass: ***'],
  ['curl -H "X: Bearer abc.def"', 'curl -H "X: Bearer ***"'],
  ['a -----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY----- b', 'a *** b'],
  ['a -----BEGIN PRIVATE KEY-----\nabc', 'a ***'],
  ['{"zipfile": 12}\nP)h>@{"eof": true}\n', '{"zipfile": 12}\n***{"eof": true}\n'],
  ['{"zipfile": 12}\nP)h>@', '{"zipfile": 12}\n***'],
  ['user=me password=x y\nb=1', 'user=me password=***\nb=1'],
  ['run --vault-password x -v', 'run --vault-password *** -v'],
  ['one\ntwo', 'one\ntwo'],
])('%j is shown as %j', (text, shown) => {
  expect(masked(text)).toBe(shown);
});

it('takes no longer for a text made to take long', () => {
  for (const part of [
    '"',
    '{',
    'password=',
    '"token":',
    '-----BEGIN PRIVATE KEY-----',
    'a: ',
    '{"zipfile": 1}',
  ]) {
    const text = part.repeat(40_000 / part.length);
    const begun = performance.now();
    masked(text);
    expect(performance.now() - begun).toBeLessThan(1_000);
  }
});
