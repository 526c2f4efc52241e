import { isJsonObject, UnitState, type JsonValue } from '@receptorjs/control-protocol';
import { nearestName } from '@receptorjs/validation';
import { Failure } from '../failure.js';
import type { Session } from '../session.js';
import { printWarning } from '../output/terminal.js';

/** Exit code for a unit that was taken and has failed before it began. */
const NEVER_STARTS = 101;

/** A unit whose node did not have it yet when the submission was answered. */
export interface NotStarted {
  readonly unitId: string;
  readonly node: string;
}

/**
 * Looks what became of a unit that has not started at once, and says on stderr what it waits for, if it waits.
 *
 * @throws {Failure} when it has failed and will never start
 */
export async function sayWhyNotStarted(
  session: Session,
  { unitId, node }: NotStarted,
): Promise<void> {
  const client = await session.connect();
  try {
    const { state, detail } = await client.workStatus(unitId);
    if (state === UnitState.Failed)
      throw new Failure(NEVER_STARTS, `unit ${unitId} will not start: ${detail}`);
    if (state !== UnitState.Pending) return;
    if (detail.startsWith('Queued')) {
      printWarning(`unit ${unitId} starts when it is its turn: ${detail}`);
      return;
    }
    const { NodeID, RoutingTable, KnownConnectionCosts } = await client.status();
    const nodes = [NodeID, ...keysOf(RoutingTable), ...keysOf(KnownConnectionCosts)];
    printWarning(
      waitingSentence(
        { unitId, node },
        nodes.filter((id) => typeof id === 'string'),
      ),
    );
  } finally {
    client.close();
  }
}

/** What a unit waits for, given the nodes the mesh knows of. */
export function waitingSentence({ unitId, node }: NotStarted, known: readonly string[]): string {
  const wait = `unit ${unitId} starts when it can (--ttl limits the wait)`;
  if (known.includes(node)) return `${node} can't be reached yet; ${wait}`;
  const nearest = nearestName(node, [...new Set(known)]);
  const hint = nearest === undefined ? '' : ` (did you mean ${nearest}?)`;
  return `${node} is not known in the mesh${hint}; ${wait}`;
}

function keysOf(value: JsonValue | undefined): string[] {
  return value !== undefined && isJsonObject(value) ? Object.keys(value) : [];
}
