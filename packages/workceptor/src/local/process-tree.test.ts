import type { ProcessEntry } from '@receptorjs/process-table';
import { expect, it } from 'vitest';
import { unitProcesses } from './process-tree.js';

const entry = (pid: number, parent: number, session: number, startTime = '1'): ProcessEntry => ({
  pid,
  parent,
  session,
  startTime,
  variables: {},
});
const supervisor = { pid: 100, bootId: 'b', startTime: '1' };
const pids = (table: ProcessEntry[]): number[] =>
  unitProcesses(supervisor, table)
    .map(({ pid }) => pid)
    .sort((a, b) => a - b);

it('D7: takes the session and all descendants, whatever their session, but no one else', () => {
  expect(
    pids([
      entry(1, 0, 1),
      entry(100, 1, 100),
      entry(101, 100, 100),
      entry(102, 1, 100), // its parent is gone
      entry(103, 102, 103), // began a session of its own
      entry(104, 103, 103),
      entry(200, 1, 200),
    ]),
  ).toEqual([101, 102, 103, 104]);
});

it('D6: takes nothing when the ID of the supervisor was used again', () => {
  expect(pids([entry(100, 1, 100, '2'), entry(101, 100, 100)])).toEqual([]);
});

it('finds what a killed supervisor has left', () => {
  expect(pids([entry(101, 1, 100)])).toEqual([101]);
});
