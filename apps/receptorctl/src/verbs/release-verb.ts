import type { ControlClient } from '@receptorjs/control-client';
import { isFinal, isJsonObject, isUnitState, type JsonValue } from '@receptorjs/control-protocol';
import { Failure } from '../failure.js';
import { print, printWarning } from '../output/terminal.js';
import type { Session } from '../session.js';
import { onUnits, withClient } from './on-units.js';

/** Which units are released, and how. */
export interface ReleaseOptions {
  readonly force?: boolean | undefined;
  /** Whatever their state. */
  readonly all?: boolean | undefined;
  /** Milliseconds for which their status has not changed. */
  readonly olderThan?: number | undefined;
  /** Names of states. */
  readonly state?: readonly string[] | undefined;
  readonly json?: boolean | undefined;
}

/**
 * Releases the units that are named, or all, or those of an age or a state; of the named ones those alone when an age or a state is given.
 *
 * @throws {Failure}
 */
export async function release(
  session: Session,
  unitIds: readonly string[],
  options: ReleaseOptions,
): Promise<void> {
  const { force, all, olderThan, state, json } = options;
  const selects = all === true || olderThan !== undefined || state !== undefined;
  if (unitIds.length === 0 && !selects) {
    printWarning('No unit IDs supplied: Not doing anything');
    return;
  }
  const ids = selects
    ? await withClient(session, (client) => selectedUnits(client, unitIds, options))
    : unitIds;
  if (!json) print('Released:');
  await onUnits(session, force ? 'force-release' : 'release', ids, { json, passUnknown: selects });
}

/**
 * The units that are meant; without `all` and states, an age means ended ones alone.
 *
 * @throws {Failure} when the node does not tell ages, as nodes of the original
 */
async function selectedUnits(
  client: ControlClient,
  unitIds: readonly string[],
  { all, olderThan, state }: ReleaseOptions,
): Promise<string[]> {
  const ages = olderThan === undefined ? {} : { ages: true };
  const units = await client.request({ command: 'work', subcommand: 'list', ...ages });
  const known = isJsonObject(units) ? units : {};
  const hasAges = Object.values(known).some((unit) => isJsonObject(unit) && 'Age' in unit);
  if (olderThan !== undefined && !hasAges && Object.keys(known).length > 0)
    throw new Failure(1, 'this node does not tell how old its units are');
  const selected = Object.entries(known).filter(
    ([, unit]) =>
      isOlder(unit, olderThan) &&
      (state === undefined
        ? all === true || olderThan === undefined || hasEnded(unit)
        : isIn(unit, state)),
  );
  const named = new Set(unitIds);
  return selected.map(([id]) => id).filter((id) => named.size === 0 || named.has(id));
}

function isOlder(unit: JsonValue | undefined, ms: number | undefined): boolean {
  if (ms === undefined) return true;
  const age = isJsonObject(unit) ? unit['Age'] : undefined;
  return age !== undefined && Number(age) / 1e6 > ms;
}

function isIn(unit: JsonValue | undefined, names: readonly string[]): boolean {
  return isJsonObject(unit) && names.some((name) => name === unit['StateName']);
}

function hasEnded(unit: JsonValue | undefined): boolean {
  const state = isJsonObject(unit) ? unit['State'] : undefined;
  return isUnitState(state) && isFinal(state);
}
