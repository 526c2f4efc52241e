import { expect, it } from 'vitest';
import { parseListing, variablesIn } from './ps.js';

const START = 'Sun Nov 29 09:16:43 2026';
const session = (listing: string) =>
  Object.fromEntries(parseListing(listing).map((entry) => [entry.pid, entry.session]));

it('a listing of Linux, macOS or FreeBSD gives ids and start times, and leaves zombies out', () => {
  const listing = [
    `    1     0     1 ?        Ss   ${START}`,
    `  502     1   502 ??       S    Sun Nov  1 09:16:43 2026    `,
    `  503   502   502 -        I<   ${START}`,
    `  504   502   502 ?        Z    ${START}`,
    'ps: some warning',
    '',
  ].join('\n');
  expect(parseListing(listing)).toEqual([
    { pid: 1, parent: 0, session: 1, startTime: START, variables: {} },
    { pid: 502, parent: 1, session: 502, startTime: 'Sun Nov  1 09:16:43 2026', variables: {} },
    { pid: 503, parent: 502, session: 502, startTime: START, variables: {} },
  ]);
});

it('the session is the one that has the terminal, whatever the process group', () => {
  expect(
    session(
      [
        `10 1 10 ttys003 Ss ${START}`,
        `11 10 11 ttys003 S+ ${START}`,
        `12 11 11 ttys003 S+ ${START}`,
        `20 1 20 ttys004 Ss ${START}`,
      ].join('\n'),
    ),
  ).toEqual({ 10: 10, 11: 10, 12: 10, 20: 20 });
});

it('without a terminal the session is the process group, and never that of others without one', () => {
  expect(
    session(
      [`10 1 10 ?? Ss ${START}`, `11 10 10 ?? S ${START}`, `20 1 20 ?? Ss ${START}`].join('\n'),
    ),
  ).toEqual({ 10: 10, 11: 10, 20: 20 });
});

it.each([
  ['behind others', 'HOME=/root JOB=a:b LANG=C', 'a:b'],
  ['alone', 'JOB=a:b', 'a:b'],
  ['with blanks', 'X=1 JOB=one two three Y=2', 'one two three'],
  ['at the end', 'X=1 JOB=/a folder ', '/a folder'],
  ['empty', 'JOB= Y=2', ''],
])('a variable is found %s', (_, environment, value) => {
  expect(variablesIn(environment, ['JOB', 'NONE'])).toEqual({ JOB: value });
});

it('part of a name is not the name', () => {
  expect(variablesIn('MY_JOB=1 JOBS=2', ['JOB'])).toEqual({});
});
