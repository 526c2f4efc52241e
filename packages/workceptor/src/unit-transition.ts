import {
  isFinal,
  type JsonValue,
  type UnitState,
  type UnitStatus,
} from '@receptorjs/control-protocol';

/** What may change about a unit; what is left out stays. */
export interface UnitChange {
  readonly state?: UnitState;
  readonly detail?: string;
  readonly stdoutSize?: bigint;
  readonly extraData?: JsonValue;
}

/**
 * The state machine of a unit. Pending leads to Running and to every final state, Running to every final state; a unit
 * never goes back. A final status stands: later states, details and sizes are ignored, while the data of the work type
 * may still change. The size of stdout never shrinks.
 *
 * @returns the same object when nothing changes
 */
export function transition(current: UnitStatus, change: UnitChange): UnitStatus {
  const extraData = change.extraData === undefined ? current.extraData : change.extraData;
  if (isFinal(current.state)) {
    return extraData === current.extraData ? current : { ...current, extraData };
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
  return same ? current : next;
}
