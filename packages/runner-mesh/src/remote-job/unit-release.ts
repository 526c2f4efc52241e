import type { ReconnectingClient } from '../transport/reconnecting-client.js';
import { reasonOf } from '../errors.js';
import type { RemoteJobUnit } from './remote-job-unit.js';

/** Milliseconds for the release of a unit. */
const RELEASE_MS = 10_000;

/** The same for a unit whose node was given up already. */
const LAST_RELEASE_MS = 1_000;

/**
 * Ends a unit and removes what its node keeps of it.
 *
 * @returns a sentence about what is left; `undefined` when nothing is
 */
export async function releaseUnit(
  unit: RemoteJobUnit,
  {
    reconnectingClient,
    givenUp = false,
  }: { reconnectingClient: ReconnectingClient; givenUp?: boolean },
): Promise<string | undefined> {
  if (unit.id === undefined) return undefined;
  const limitMs = givenUp ? LAST_RELEASE_MS : RELEASE_MS;
  const late = AbortSignal.timeout(limitMs);
  const which = `The work unit ${unit.id} of node ${unit.node}`;
  try {
    const released = await reconnectingClient.withConnection(late, (client) =>
      unit.release(client),
    );
    return released ? undefined : `${which} is released as soon as its node can be reached.`;
  } catch (error) {
    const why = late.aborted ? `no answer within ${limitMs / 1000} s` : reasonOf(error);
    return `${which} could not be released (${why}); receptorctl work release does it.`;
  } finally {
    reconnectingClient.close();
  }
}
