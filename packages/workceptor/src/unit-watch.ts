import { isFinal, type UnitStatus } from '@receptorjs/control-protocol';
import type { Unit } from './unit.js';

/** The status now and whenever its state or detail changes; ends after a final one, when the unit is released, and when the signal fires. */
export async function* watchStatus(
  unit: Unit,
  signal: AbortSignal,
): AsyncGenerator<UnitStatus, void> {
  const { record } = unit;
  let shown: { readonly status: UnitStatus; readonly pending: string | undefined } | undefined;
  while (!signal.aborted && !record.released) {
    const { statusRevision, status } = record;
    const { pending } = unit;
    // the whole status asks the file system for a size, and growth of stdout alone is no change here
    const isNew = status.state !== shown?.status.state || status.detail !== shown.status.detail;
    if (isNew || pending !== shown?.pending) yield unit.status();
    if (isFinal(status.state)) return;
    shown = { status, pending };
    await record.statusChanged(statusRevision, signal);
  }
}
