import { UnitState } from '@receptorjs/control-protocol';
import { constants } from 'node:os';
import { expect, it } from 'vitest';
import { commandEndOf } from './command-end.js';
import { describeEnd, type UnitEndFacts } from './unit-end.js';

const { Succeeded, Failed, Canceled } = UnitState;
const exit = (number: number) => ({ kind: 'exit', number }) as const;
const signal = (name: NodeJS.Signals) =>
  ({ kind: 'signal', number: constants.signals[name] }) as const;
const left = 'none';

it.each<[UnitEndFacts, UnitState, string | undefined, string]>([
  [{ seen: 'command-ended', end: exit(0) }, Succeeded, undefined, 'exit status 0'],
  [{ seen: 'command-ended', end: exit(3) }, Failed, 'exit-status', 'exit status 3'],
  // a shell says so of a child that was killed, and any program may
  [{ seen: 'command-ended', end: exit(137) }, Failed, 'exit-status', 'exit status 137'],
  [{ seen: 'command-ended', end: exit(127) }, Failed, 'exit-status', 'exit status 127'],
  [{ seen: 'command-ended', end: signal('SIGKILL') }, Failed, 'signal', 'signal: killed'],
  [{ seen: 'command-ended', end: signal('SIGTERM') }, Failed, 'signal', 'signal: terminated'],
  [
    { seen: 'command-ended', end: { kind: 'signal', number: 60 } },
    Failed,
    'signal',
    'signal: signal 60',
  ],
  [
    { seen: 'command-ended', end: signal('SIGKILL'), outOfMemory: { group: '/jobs', others: 0 } },
    Failed,
    'out-of-memory',
    'signal: killed (out of memory: the kernel counted such a kill in control group /jobs)',
  ],
  [
    // it may have been one of the others
    {
      seen: 'command-ended',
      end: signal('SIGKILL'),
      outOfMemory: { group: '/jobs', others: 2 },
    },
    Failed,
    'signal',
    'signal: killed (the kernel counted a kill for want of memory in control group /jobs, where 2 other units ran)',
  ],
  [
    {
      seen: 'not-started',
      problem: { code: 'command-not-found', text: 'fork/exec /x: no such file or directory' },
    },
    Failed,
    'command-not-found',
    'fork/exec /x: no such file or directory',
  ],
  [{ seen: 'pending-at-restart' }, Failed, 'input-incomplete', 'Pending at restart'],
  [
    { seen: 'no-supervisor' },
    Failed,
    'supervisor-lost',
    'Failed to restart: nothing is known of its supervisor',
  ],
  [
    { seen: 'supervisor-gone', how: signal('SIGKILL'), left },
    Failed,
    'supervisor-lost',
    'supervisor ended (signal: killed) before it stored how the command ended; none of its processes is found any more',
  ],
  [
    { seen: 'supervisor-gone', left: { why: 'no list of processes' } },
    Failed,
    'supervisor-lost',
    'supervisor is gone, why is not known, before it stored how the command ended; some of its processes may be left: no list of processes',
  ],
  [
    { seen: 'other-boot', bootId: 'a', nowBootId: 'b' },
    Failed,
    'host-rebooted',
    'host was rebooted before it was stored how the command ended (boot ID a, now b)',
  ],
  [
    { seen: 'too-much-output', maxBytes: 5, left },
    Failed,
    'output-too-long',
    'ended for having more than 5 bytes of stdout, the most that its work type takes (maxstdout); none of its processes is found any more',
  ],
  [
    { seen: 'ended-with-too-much', maxBytes: 5, end: exit(0) },
    Failed,
    'output-too-long',
    'exit status 0, with more than 5 bytes of stdout, the most that its work type takes (maxstdout)',
  ],
  [
    { seen: 'no-folder', left },
    Failed,
    'folder-removed',
    'unit folder was removed before it was stored how the command ended; none of its processes is found any more',
  ],
  ...(
    [
      [Succeeded, undefined, 'exit status 0'],
      [Failed, 'exit-status', 'exit status 2'],
      [Failed, 'signal', 'signal: killed'],
      [Failed, 'signal', 'Killed'],
      [Failed, 'input-incomplete', 'Pending at restart'],
      [Failed, undefined, 'Error: something else'],
      [Canceled, 'canceled', 'Canceled'],
    ] as const
  ).map(([state, code, detail]): [UnitEndFacts, UnitState, string | undefined, string] => [
    { seen: 'stored-by-original', state, detail },
    state,
    code,
    detail,
  ]),
  [{ seen: 'canceled' }, Canceled, 'canceled', 'Canceled'],
])('%j', (facts, state, errorCode, detail) => {
  let reads = 0;
  const end = describeEnd(facts, () => {
    reads += 1;
    return 'out of luck';
  });
  expect(end).toEqual({
    state,
    detail,
    ...(state !== Succeeded && {
      report: {
        ...(errorCode !== undefined && { errorCode }),
        ...(state === Failed && { lastOutput: 'out of luck' }),
      },
    }),
  });
  // nothing is read where nothing is shown
  expect(reads).toBe(state === Failed ? 1 : 0);
});

it('has no last output where there is none', () => {
  const { report } = describeEnd({ seen: 'command-ended', end: exit(1) });
  expect(report).toEqual({ errorCode: 'exit-status' });
});

it('takes the end of a child as events tell it', () => {
  expect(commandEndOf(1, null)).toEqual(exit(1));
  expect(commandEndOf(null, 'SIGKILL')).toEqual(signal('SIGKILL'));
});
