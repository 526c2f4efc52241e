import { isFinal, type UnitStatus } from '@receptorjs/control-protocol';
import type { RemoteData } from './remote-extra-data.js';

/** The detail of a remote unit from the moment that all its stdin is stored: the one mark of it on disk. */
export const START_REQUESTED = 'Starting Worker';

/**
 * How far a remote unit is, by what is recorded of it:
 *
 * - `not-requested`: not all of its stdin is stored; nothing was sent to the other node
 * - `not-submitted`: all of its stdin is stored; the other node has given no ID
 * - `id-known`: the other node has given an ID; whether it has all of stdin is not known
 * - `started`: the other node has all of stdin
 * - `canceling`: the other node may run it, and is to end it
 * - `canceled`: canceled before the other node had given an ID
 * - `cancel-pending`: ended here; the other node, which has it under its ID, is to cancel it
 * - `finished`: ended, with nothing left to do
 * - `release-pending`: the other node is to release it; then it is removed here
 * - `released`: to be removed; the other node knows nothing of it
 */
export type RemotePhase =
  | 'not-requested'
  | 'not-submitted'
  | 'id-known'
  | 'started'
  | 'canceling'
  | 'canceled'
  | 'cancel-pending'
  | 'finished'
  | 'release-pending'
  | 'released';

/** The fields of a remote unit's data that its phase depends on. */
export type RemoteProgress = Pick<
  RemoteData,
  'RemoteUnitID' | 'RemoteStarted' | 'LocalCancelled' | 'LocalReleased'
>;

/** The phase of a remote unit. Pure: what is not recorded does not count. */
export function remotePhase(
  { state, detail }: Pick<UnitStatus, 'state' | 'detail'>,
  { RemoteUnitID, RemoteStarted, LocalCancelled, LocalReleased }: RemoteProgress,
): RemotePhase {
  const hasId = RemoteUnitID !== '';
  if (LocalReleased) return hasId ? 'release-pending' : 'released';
  if (isFinal(state)) {
    // expired or given up here while the other node may run it
    return LocalCancelled && !RemoteStarted && hasId ? 'cancel-pending' : 'finished';
  }
  if (LocalCancelled) return hasId ? 'canceling' : 'canceled';
  if (RemoteStarted) return 'started';
  if (detail !== START_REQUESTED) return 'not-requested';
  return hasId ? 'id-known' : 'not-submitted';
}

/** What a daemon that finds a remote unit does with it. */
export type RemoteStep =
  | 'start'
  | 'follow'
  | 'deliver-cancel'
  | 'deliver-release'
  | 'remove'
  | 'fail-as-canceled'
  | 'fail-as-not-requested';

/** What is to be done in each phase, in this order. */
export const remoteSteps: Readonly<Record<RemotePhase, readonly RemoteStep[]>> = {
  'not-requested': ['fail-as-not-requested'],
  'not-submitted': ['start'],
  'id-known': ['start'],
  started: ['follow'],
  canceling: ['follow', 'deliver-cancel'],
  canceled: ['fail-as-canceled'],
  'cancel-pending': ['deliver-cancel'],
  finished: [],
  'release-pending': ['deliver-release'],
  released: ['remove'],
};

/** What a cancel does to a unit that has not ended. */
export type CancelStep = 'nothing' | 'fail-as-canceled' | 'send-cancel';

/**
 * What a cancel does in each phase, once no attempt to start the unit is under way. Whatever has an ID on the other node may run
 * there, also when a release of it was refused.
 */
export const cancelSteps: Readonly<Record<RemotePhase, CancelStep>> = {
  'not-requested': 'fail-as-canceled',
  'not-submitted': 'fail-as-canceled',
  'id-known': 'send-cancel',
  started: 'send-cancel',
  canceling: 'send-cancel',
  canceled: 'fail-as-canceled',
  'cancel-pending': 'nothing',
  finished: 'nothing',
  'release-pending': 'send-cancel',
  released: 'fail-as-canceled',
};

/** What a unit does that has not started by the time it must have. */
export type ExpiryStep = 'nothing' | 'fail' | 'fail-and-cancel';

/**
 * What the end of the time to start does in each phase, once no attempt to start the unit is under way. A cancel or a release that
 * is wanted already ends the unit in its own way.
 */
export const expirySteps: Readonly<Record<RemotePhase, ExpiryStep>> = {
  'not-requested': 'fail',
  'not-submitted': 'fail',
  'id-known': 'fail-and-cancel',
  started: 'nothing',
  canceling: 'nothing',
  canceled: 'nothing',
  'cancel-pending': 'nothing',
  finished: 'nothing',
  'release-pending': 'nothing',
  released: 'nothing',
};
