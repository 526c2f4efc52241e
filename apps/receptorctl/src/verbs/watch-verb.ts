import type { ControlClient } from '@receptorjs/control-client';
import { watchOrPoll } from '@receptorjs/control-client/internal';
import {
  encodeJson,
  isRemoteAnswer,
  stateName,
  unitStatusReply,
  type UnitStatus,
} from '@receptorjs/control-protocol';
import { errorText } from '@receptorjs/primitives';
import { setTimeout as delay } from 'node:timers/promises';
import { print, printNotice } from '../output/terminal.js';
import type { Session } from '../session.js';
import { Interruption } from './interruption.js';
import { remoteError } from './remote-error.js';
import { watchAll } from './watch-all.js';
import type { WatchOptions } from './watch-options.js';

/**
 * Prints the state of units now and at each change until all have ended; without IDs, of all units, for ever. Restarts of the node are said on
 * stderr and waited for. Exit code 0 however they end: what came of them is printed.
 *
 * @throws {Failure} for a unit that the node does not know, once the others have ended
 */
export async function watch(
  session: Session,
  unitIds: readonly string[],
  options: WatchOptions,
): Promise<void> {
  if (unitIds.length === 0 || options.after !== undefined) {
    await watchAll(session, unitIds, options);
    return;
  }
  const interruption = new Interruption(() => undefined);
  const { signal } = interruption;
  const ends = await Promise.allSettled(
    unitIds.map(async (unitId) => {
      const client = await session.connect();
      try {
        await remoteError('', () =>
          watchUnit(client, unitId, {
            signal,
            lostMs: session.givenTimeoutMs ?? Number.POSITIVE_INFINITY,
            show: (status) => {
              show(unitId, status, options);
            },
          }),
        );
      } finally {
        client.close();
      }
    }),
  );
  // a signal that has come ends the program here
  interruption.end();
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

/** Milliseconds between attempts to reach the node. */
const AGAIN_MS = 500;

/** Shows a unit to its end, over connections that break. */
async function watchUnit(
  client: ControlClient,
  unitId: string,
  {
    signal,
    lostMs,
    show,
  }: { signal: AbortSignal; lostMs: number; show: (status: UnitStatus) => void },
): Promise<void> {
  let shown: string | undefined;
  let lostAt: number | undefined;
  for (;;) {
    try {
      for await (const status of watchOrPoll(client, unitId, signal)) {
        if (lostAt !== undefined) printNotice('Connected again');
        lostAt = undefined;
        const state = `${status.state} ${status.detail}`;
        if (state !== shown) show(status);
        shown = state;
      }
      return;
    } catch (error) {
      if (signal.aborted || isRemoteAnswer(error)) throw error;
      if (lostAt === undefined) {
        printNotice(`The node can't be reached (${errorText(error)}); it is tried again`);
        lostAt = performance.now();
      }
      if (performance.now() - lostAt > lostMs) throw error;
      await delay(AGAIN_MS, undefined, { signal });
    }
  }
}

function show(unitId: string, status: UnitStatus, { json }: WatchOptions): void {
  if (json) print(encodeJson({ UnitID: unitId, ...unitStatusReply(status) }));
  else print(`${unitId}  ${stateName(status.state)}  ${status.detail}`);
}
