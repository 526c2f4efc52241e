import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lastLines, readLastOutput } from './last-output.js';
import { withoutSecrets } from './without-secrets.js';

describe('the last lines', () => {
  it.each<[string, string | undefined]>([
    ['one\ntwo\n', 'one\ntwo'],
    ['one\ntwo', 'one\ntwo'],
    ['', undefined],
    ['\n \n', undefined],
    ['\n\nend\n\n', 'end'],
    ['api_token=hunter2\nno', 'api_token=**********\nno'],
    ['\u001B[31mred\u001B[0m \u001B]0;title\u0007x', 'red x'],
    ['10 %\r20 %\r30 %\r\ndone', '10 %\n20 %\n30 %\ndone'],
    ['a\tb\u0000c\u0008d\u009Be\u202Ef', 'a\tb c d e f'],
  ])('of %j are %j', (text, shown) => {
    expect(lastLines(text)).toBe(shown);
  });

  it('are whole, and as many as have room', () => {
    const lines = Array.from({ length: 300 }, (_, at) => `line ${at}`);
    const shown = lastLines(lines.join('\n')) ?? '';
    expect(shown.length).toBeLessThanOrEqual(1_024);
    expect(shown.length).toBeGreaterThan(1_000);
    expect(lines.slice(-shown.split('\n').length)).toEqual(shown.split('\n'));
  });

  it('of one that is too long are its end, which begins with a whole character', () => {
    expect(lastLines(`short\n${'x'.repeat(2_000)}`)).toBe(`…${'x'.repeat(1_023)}`);
    expect(lastLines('😀'.repeat(1_000))).toBe(`…${'😀'.repeat(511)}`);
  });

  it('leave out a line whose beginning was not read', () => {
    expect(lastLines('f of it\nwhole', false)).toBe('whole');
  });
});

it('a file is read from its end, and what is no file shows nothing', () => {
  const dir = mkdtempSync(join(tmpdir(), 'output-'));
  const path = join(dir, 'stdout');
  expect(readLastOutput(path)).toBeUndefined();
  expect(readLastOutput(dir)).toBeUndefined();
  writeFileSync(path, `${'ä'.repeat(9_000)}\nthe end\n`);
  expect(readLastOutput(path)).toBe('the end');
  rmSync(dir, { recursive: true });
});

describe('secrets', () => {
  const key = (what: string): string => `-----${what} RSA PRIVATE KEY-----`;

  it.each([
    ['password=hunter2 next', 'password=********** next'],
    [
      '"ansible_ssh_pass": 1, "become_password": "a b"',
      '"ansible_ssh_pass": **********, "become_password": **********',
    ],
    ['db_password: hunter2', 'db_password: **********'],
    ["client_secret='x y' on", 'client_secret=********** on'],
    ['run --api-token hunter2 --verbose', 'run --api-token ********** --verbose'],
    ['Authorization: Bearer abc.def', 'Authorization: **********'],
    ['got bearer abc.def back', 'got bearer ********** back'],
    ['https://bob:hunter2@host/x', 'https://bob:**********@host/x'],
    ['jwt eyJhbGci.eyJzdWIi.c2ln end', 'jwt ********** end'],
    [`${key('BEGIN')}\nhunter2\n${key('END')}\nafter`, '**********\nafter'],
    [`hunter2\n${key('END')}\nafter`, '**********\nafter'],
    [`before\n${key('BEGIN')}\nhunter2`, 'before\n**********'],
    ['no secrets here: 3 passed, 1 failed', 'no secrets here: 3 passed, 1 failed'],
    ['exit status 3 of passage', 'exit status 3 of passage'],
  ])('%j', (text, shown) => {
    expect(withoutSecrets(text)).toBe(shown);
  });
});
