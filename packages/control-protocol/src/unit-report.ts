import type { JsonObject } from './json.js';

/**
 * What a node knows about the end of a unit besides its detail. All of it is an addition of this implementation: the
 * original neither sends nor reads these keys, in a status file or in a reply.
 */
export interface UnitReport {
  /** Why the unit ended as it did, for programs, such as `out-of-memory`; key `ErrorCode`. */
  readonly errorCode?: string;
  /** The last lines that a failed unit wrote, for people; key `LastOutput`. */
  readonly lastOutput?: string;
  /** SHA-256 of the whole stdout in lower-case hexadecimal, computed where the unit ran; key `StdoutSHA256`. */
  readonly stdoutSha256?: string;
}

/** UTF-16 code units of `LastOutput` that are kept of another node's status. */
export const MAX_LAST_OUTPUT = 1_024;

/** The keys of a report, as they stand in a status file or a reply; none for what is not known. */
export function reportFields({ errorCode, lastOutput, stdoutSha256 }: UnitReport): JsonObject {
  return {
    ...(errorCode === undefined ? {} : { ErrorCode: errorCode }),
    ...(lastOutput === undefined ? {} : { LastOutput: lastOutput }),
    ...(stdoutSha256 === undefined ? {} : { StdoutSHA256: stdoutSha256 }),
  };
}

/** The report in a status. A key of another form than ours is left out: it is not ours. */
export function parseReport({ ErrorCode, LastOutput, StdoutSHA256 }: JsonObject): UnitReport {
  return {
    ...(typeof ErrorCode === 'string' && /^[a-z][a-z-]{0,63}$/.test(ErrorCode)
      ? { errorCode: ErrorCode }
      : {}),
    ...(typeof LastOutput === 'string' ? { lastOutput: LastOutput.slice(-MAX_LAST_OUTPUT) } : {}),
    ...(typeof StdoutSHA256 === 'string' && /^[0-9a-f]{64}$/.test(StdoutSHA256)
      ? { stdoutSha256: StdoutSHA256 }
      : {}),
  };
}

/** Both reports together; what the first one says stands. */
export function mergeReports(first: UnitReport, second: UnitReport): UnitReport {
  return { ...second, ...first };
}
