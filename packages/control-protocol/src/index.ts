/**
 * The words and forms of the control protocol, for both sides of it: exact JSON, lines, the status of a unit of work, a
 * submission, errors.
 *
 * ```ts
 * import { encodeJson, parseJson, parseUnitStatus, stateName } from '@receptorjs/control-protocol';
 *
 * const reply = '{"Detail":"exit status 0","ExtraData":null,"State":2,"StateName":"Succeeded","StdoutSize":12345678901234567890,"WorkType":"cat"}';
 * const status = parseUnitStatus(parseJson(reply));
 * console.log(stateName(status.state), status.stdoutSize, encodeJson({ size: status.stdoutSize }));
 * // Succeeded 12345678901234567890n {"size":12345678901234567890}
 * ```
 *
 * @packageDocumentation
 */
export { durationText } from './duration-text.js';
export { ControlError, isBadCommand, isRemoteAnswer, isUnknownUnit } from './errors.js';
export type { ControlErrorCode } from './errors.js';
export { encodeJson, isJsonObject, parseJson } from './json.js';
export type { JsonObject, JsonValue } from './json.js';
export { LineReader, DEFAULT_MAX_LINE_BYTES } from './line-reader.js';
export type { ByteReceiver, LineReaderOptions, WaitOptions } from './line-reader.js';
export {
  UnitState,
  isFinal,
  isStatusChange,
  isUnitState,
  reportedStatus,
  stateName,
  wasStarted,
} from './unit-status.js';
export type { ReportedStatus, UnitStatus } from './unit-status.js';
export { parseUnitEvent, unitEventReply } from './unit-event.js';
export type { UnitEvent } from './unit-event.js';
export { mergeReports, reportFields } from './unit-report.js';
export type { UnitReport } from './unit-report.js';
export { parseUnitStatus, unitStatusReply } from './unit-status-reply.js';
export type { WorkResult } from './work-result.js';
export { writeChunk, writeMemory } from './write-chunk.js';
export type { WorkSubmission } from './work-submission.js';
