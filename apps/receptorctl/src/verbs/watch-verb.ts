import { watchOrPoll } from '@receptorjs/control-client/internal';
import {
  encodeJson,
  stateName,
  unitStatusReply,
  type UnitStatus,
} from '@receptorjs/control-protocol';
import { print } from '../output/terminal.js';
import type { Session } from '../session.js';
import { Interruption } from './interruption.js';
import { remoteError } from './remote-error.js';
import { watchAll } from './watch-all.js';
import type { WatchOptions } from './watch-options.js';

/**
 * Prints the state of units now and at each change until all have ended; without IDs, of all units, for ever. Exit code 0 however they end: what came of them is printed.
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
        await remoteError('', async () => {
          for await (const status of watchOrPoll(client, unitId, signal))
            show(unitId, status, options);
        });
      } finally {
        client.close();
      }
    }),
  );
  // a signal that has come ends the program here
  interruption.end();
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

function show(unitId: string, status: UnitStatus, { json }: WatchOptions): void {
  if (json) print(encodeJson({ UnitID: unitId, ...unitStatusReply(status) }));
  else print(`${unitId}  ${stateName(status.state)}  ${status.detail}`);
}
