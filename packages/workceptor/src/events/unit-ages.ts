import { LoopTurns } from '@receptorjs/bounded-json';
import { statSync } from 'node:fs';
import type { Unit } from '../unit.js';

/** For how many milliseconds the status file of each unit has not been written; units without one are left out. */
export async function unitAges(
  unitIds: Iterable<string>,
  find: (unitId: string) => Unit | undefined,
): Promise<ReadonlyMap<string, number>> {
  const now = Date.now();
  const ages = new Map<string, number>();
  const turns = new LoopTurns();
  for (const unitId of unitIds) {
    const record = find(unitId)?.record;
    const file = record && statSync(record.path('status'), { throwIfNoEntry: false });
    if (file) ages.set(unitId, Math.max(0, now - file.mtimeMs));
    await turns.due();
  }
  return ages;
}
