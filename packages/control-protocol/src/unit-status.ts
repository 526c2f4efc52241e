import type { JsonValue } from './json.js';
import type { UnitReport } from './unit-report.js';

/** The states of a unit of work, with the numbers used in status files and replies. */
export const UnitState = {
  Pending: 0,
  Running: 1,
  Succeeded: 2,
  Failed: 3,
  Canceled: 4,
} as const;

/** One of the five numbers of {@link UnitState}. */
export type UnitState = (typeof UnitState)[keyof typeof UnitState];

const stateNames = ['Pending', 'Running', 'Succeeded', 'Failed', 'Canceled'] as const;

/** What a node reports about a unit of work. */
export interface UnitStatus {
  readonly state: UnitState;
  /** One line for people, such as `exit status 2`. */
  readonly detail: string;
  /** Bytes of stdout the unit has produced so far. */
  readonly stdoutSize: bigint;
  readonly workType: string;
  /** What the work type adds: an object, a text, or null. */
  readonly extraData: JsonValue;
  /** What is known about its end; absent while nothing is, and with nodes of the original. */
  readonly report?: UnitReport;
}

/** A status that `JSON.stringify` takes: integers beyond 2^53 - 1 become text there. */
export interface ReportedStatus extends UnitStatus {
  /** The status as JSON can hold it, with the name of its state. */
  toJSON(): Record<string, unknown>;
}

/** The same status, fit for `JSON.stringify`. */
export function reportedStatus(status: UnitStatus): ReportedStatus {
  const reported = { ...status };
  // not enumerable, so that it compares and copies as a plain status
  Object.defineProperty(reported, 'toJSON', {
    value: (): unknown => plain({ ...reported, stateName: stateName(reported.state) }),
  });
  return reported as ReportedStatus;
}

/** The value without `bigint`. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const entries =
    value instanceof Map ? [...(value as Map<string, unknown>)] : Object.entries(value);
  return Object.fromEntries(entries.map(([key, member]) => [key, plain(member)]));
}

/** `Pending`, `Running`, `Succeeded`, `Failed` or `Canceled`. */
export function stateName(state: UnitState): string {
  return stateNames[state];
}

/** Whether a unit in this state changes no more: Succeeded, Failed and Canceled. */
export function isFinal(state: UnitState): boolean {
  return state >= UnitState.Succeeded;
}

/** Whether a status says something that the one before, if there was one, did not. */
export function isStatusChange(status: UnitStatus, before: UnitStatus | undefined): boolean {
  return (
    status.state !== before?.state ||
    status.detail !== before.detail ||
    status.stdoutSize !== before.stdoutSize
  );
}

/** Whether a status can only be that of a unit which had all its stdin. */
export function wasStarted({ state, detail }: UnitStatus): boolean {
  if (state === UnitState.Pending) {
    return detail !== 'Unit Created' && detail !== 'Waiting for Input Data';
  }
  return !(
    state === UnitState.Failed &&
    (detail.startsWith('Error reading input data') || detail === 'Pending at restart')
  );
}

/** Whether a JSON number is one of the five states. */
export function isUnitState(value: JsonValue | undefined): value is UnitState {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 4;
}
