import { expect, it } from 'vitest';
import { accountOf } from './account.mjs';

const good = {
  status: 'successful',
  isFinished: true,
  emitted: 9,
  stored: 9,
  highest: 9,
  distinct: 9,
  steady: 7,
};
const once = { begun: 1, ended: 1 };
const witness = new Map([
  [1, once],
  [2, once],
]);

it('finds nothing where all is well', () => {
  const account = accountOf(
    [1, 2],
    [
      { id: 1, ...good },
      { id: 2, ...good },
    ],
    witness,
  );
  expect(account).toEqual({
    jobs: 2,
    jobsLost: 0,
    eventsLost: 0,
    eventsDoubled: 0,
    runsDoubled: 0,
    runsLost: 0,
    problems: [],
  });
});

it.each([
  ['a job that has failed', { status: 'failed' }, { jobsLost: 1 }],
  ['an event that is not there', { distinct: 8, stored: 8, steady: 6 }, { eventsLost: 1 }],
  [
    'one that nobody has counted',
    { distinct: 8, stored: 8, emitted: 8, highest: 8, steady: 6 },
    { eventsLost: 1 },
  ],
  ['one that is there twice', { stored: 10 }, { eventsDoubled: 1 }],
])('finds %s', (_, damage, found) => {
  const account = accountOf(
    [1, 2],
    [
      { id: 1, ...good },
      { id: 2, ...good, ...damage },
    ],
    witness,
  );
  expect(account).toMatchObject(found);
  expect(account.problems).toHaveLength(1);
});

it('finds what has run twice, what has not run, and what is known by nobody', () => {
  const twice = new Map([[1, { begun: 2, ended: 1 }]]);
  expect(accountOf([1, 2], [{ id: 1, ...good }], twice)).toMatchObject({
    jobsLost: 1,
    runsDoubled: 1,
    runsLost: 1,
  });
});
