import { UnitState } from '@receptorjs/control-protocol';
import { expect, it } from 'vitest';
import {
  cancelSteps,
  expirySteps,
  remotePhase,
  remoteSteps,
  START_REQUESTED,
  type RemotePhase,
} from './remote-phase.js';

const { Pending, Running, Succeeded, Failed } = UnitState;
const waiting = 'Waiting for Input Data';

/** `I` the other node's ID is known, `S` it has started, `C` canceled here, `R` released here. */
const progress = (flags: string) => ({
  RemoteUnitID: flags.includes('I') ? 'abcdefgh' : '',
  RemoteStarted: flags.includes('S'),
  LocalCancelled: flags.includes('C'),
  LocalReleased: flags.includes('R'),
});

it.each<[UnitState, string, string, RemotePhase]>([
  [Pending, waiting, '', 'not-requested'],
  [Pending, waiting, 'I', 'not-requested'],
  [Pending, START_REQUESTED, '', 'not-submitted'],
  [Pending, START_REQUESTED, 'I', 'id-known'],
  [Pending, START_REQUESTED, 'IS', 'started'],
  [Running, 'Running: PID 7', 'IS', 'started'],
  [Pending, waiting, 'C', 'canceled'],
  [Pending, START_REQUESTED, 'C', 'canceled'],
  [Pending, START_REQUESTED, 'SC', 'canceled'],
  [Pending, START_REQUESTED, 'IC', 'canceling'],
  [Running, 'Running: PID 7', 'ISC', 'canceling'],
  [Succeeded, 'exit status 0', 'IS', 'finished'],
  [Failed, 'Locally Cancelled', 'C', 'finished'],
  [Failed, 'Error starting worker: no', 'I', 'finished'],
  [Failed, 'exit status 1', 'ISC', 'finished'],
  [Failed, 'Work unit expired on Sat Nov 21 01:22:11', 'IC', 'cancel-pending'],
  [Pending, waiting, 'CR', 'released'],
  [Failed, 'Locally Cancelled', 'CR', 'released'],
  [Pending, START_REQUESTED, 'ICR', 'release-pending'],
  [Running, 'Running: PID 7', 'ISCR', 'release-pending'],
  [Succeeded, 'exit status 0', 'ISR', 'release-pending'],
])('state %i, %s, flags "%s": %s', (state, detail, flags, phase) => {
  expect(remotePhase({ state, detail }, progress(flags))).toBe(phase);
});

it.each<[phase: RemotePhase, found: readonly string[], cancel: string, expiry: string]>([
  ['not-requested', ['fail-as-not-requested'], 'fail-as-canceled', 'fail'],
  ['not-submitted', ['start'], 'fail-as-canceled', 'fail'],
  ['id-known', ['start'], 'send-cancel', 'fail-and-cancel'],
  ['started', ['follow'], 'send-cancel', 'nothing'],
  ['canceling', ['follow', 'deliver-cancel'], 'send-cancel', 'nothing'],
  ['canceled', ['fail-as-canceled'], 'fail-as-canceled', 'nothing'],
  ['cancel-pending', ['deliver-cancel'], 'nothing', 'nothing'],
  ['finished', [], 'nothing', 'nothing'],
  ['release-pending', ['deliver-release'], 'send-cancel', 'nothing'],
  ['released', ['remove'], 'fail-as-canceled', 'nothing'],
])('%s: found %j, cancel %s, expiry %s', (phase, found, cancel, expiry) => {
  expect(remoteSteps[phase]).toEqual(found);
  expect(cancelSteps[phase]).toBe(cancel);
  expect(expirySteps[phase]).toBe(expiry);
});
