import {
  isFinal,
  mergeReports,
  type JsonValue,
  type UnitReport,
  type UnitState,
  type UnitStatus,
} from '@receptorjs/control-protocol';

/** What may change about a unit; what is left out stays. */
export interface UnitChange {
  readonly state?: UnitState;
  readonly detail?: string;
  readonly stdoutSize?: bigint;
  readonly extraData?: JsonValue;
  /** Of a final status only: with the change that ends the unit, or later. */
  readonly report?: UnitReport;
}

/**
 * The state machine of a unit. Pending leads to Running and to every final state, Running to every final state; a unit
 * never goes back. A final status stands: later states, details and sizes are ignored, while the data of the work type
 * may still change and its report may grow. The size of stdout never shrinks.
 *
 * @returns the same object when nothing changes
 */
export function transition(current: UnitStatus, change: UnitChange): UnitStatus {
  const extraData = change.extraData === undefined ? current.extraData : change.extraData;
  if (isFinal(current.state)) {
    const reported = withReport(current, change.report);
    return extraData === reported.extraData ? reported : { ...reported, extraData };
  }
  const state = change.state ?? current.state;
  if (state < current.state) return transition(current, { extraData });
  const next: UnitStatus = {
    ...current,
    state,
    detail: change.detail ?? current.detail,
    stdoutSize:
      change.stdoutSize !== undefined && change.stdoutSize > current.stdoutSize
        ? change.stdoutSize
        : current.stdoutSize,
    extraData,
  };
  const same =
    next.state === current.state &&
    next.detail === current.detail &&
    next.stdoutSize === current.stdoutSize &&
    next.extraData === current.extraData;
  if (isFinal(state)) return withReport(next, change.report);
  return same ? current : next;
}

/** What has been said of the end stands; what was not known before is added. */
function withReport(status: UnitStatus, report: UnitReport | undefined): UnitStatus {
  if (report === undefined) return status;
  const merged = mergeReports(status.report ?? {}, report);
  const grows = Object.keys(merged).length > Object.keys(status.report ?? {}).length;
  return grows ? { ...status, report: merged } : status;
}
