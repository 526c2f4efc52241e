import { ControlError } from './errors.js';
import { encodeJson, isJsonObject, type JsonObject, type JsonValue } from './json.js';
import { parseReport, reportFields } from './unit-report.js';
import {
  isUnitState,
  reportedStatus,
  stateName,
  type ReportedStatus,
  type UnitStatus,
} from './unit-status.js';

/** The reply form of a status: keys in bytewise order, with the state's name. */
export function unitStatusReply(status: UnitStatus): JsonObject {
  const { ErrorCode, LastOutput, StdoutSHA256 } = reportFields(status.report ?? {});
  return {
    Detail: status.detail,
    ...(ErrorCode === undefined ? {} : { ErrorCode }),
    ExtraData: status.extraData,
    ...(LastOutput === undefined ? {} : { LastOutput }),
    State: status.state,
    StateName: stateName(status.state),
    ...(StdoutSHA256 === undefined ? {} : { StdoutSHA256 }),
    StdoutSize: status.stdoutSize,
    WorkType: status.workType,
  };
}

/**
 * Reads a status out of a reply or a status file.
 *
 * @throws {ControlError} `protocol` when a field is missing or of another type
 */
export function parseUnitStatus(value: JsonValue): ReportedStatus {
  if (!isJsonObject(value)) throw new ControlError('protocol', 'a unit status must be an object');
  const { State, Detail, StdoutSize, WorkType, ExtraData } = value;
  if (!isUnitState(State)) {
    throw new ControlError('protocol', `State of a unit must be 0 to 4, not ${shown(State)}`);
  }
  if (typeof Detail !== 'string' || typeof WorkType !== 'string') {
    throw new ControlError('protocol', 'Detail and WorkType of a unit must be strings');
  }
  const report = parseReport(value);
  return reportedStatus({
    state: State,
    detail: Detail,
    stdoutSize: parseSize(StdoutSize),
    workType: WorkType,
    extraData: ExtraData ?? null,
    ...(Object.keys(report).length === 0 ? {} : { report }),
  });
}

function parseSize(value: JsonValue | undefined): bigint {
  const size =
    typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : (value ?? null);
  if (typeof size !== 'bigint' || size < 0n) {
    throw new ControlError('protocol', `StdoutSize must be a count of bytes, not ${shown(value)}`);
  }
  return size;
}

function shown(value: JsonValue | undefined): string {
  if (value === undefined) return 'nothing';
  const json = encodeJson(value);
  return json.length > 80 ? `${json.slice(0, 80)}...` : json;
}
