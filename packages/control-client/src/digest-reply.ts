import { ControlError, isJsonObject, type JsonValue } from '@receptorjs/control-protocol';

/** Milliseconds a digest may take: 64 GiB are read for a minute. */
export const DIGEST_MS = 600_000;

/** Which bytes of a unit's stdout: all of them when neither is given. */
export interface DigestRange {
  /** The first one. Default 0. */
  readonly startPos?: bigint | undefined;
  /** The one behind the last. Default: the end, once the unit has ended. */
  readonly endPos?: bigint | undefined;
}

/** SHA-256 of bytes of a unit's stdout. */
export interface DigestReply {
  /** In lower-case hexadecimal. */
  readonly sha256: string;
  readonly startPos: bigint;
  readonly endPos: bigint;
}

/**
 * Reads the reply to `work digest`.
 *
 * @throws {ControlError} `protocol`
 */
export function parseDigestReply(value: JsonValue): DigestReply {
  const { EndPos, SHA256, StartPos } = isJsonObject(value) ? value : {};
  if (typeof SHA256 !== 'string' || !/^[0-9a-f]{64}$/.test(SHA256)) {
    throw new ControlError('protocol', 'SHA256 of a digest must be 64 hexadecimal digits');
  }
  return { sha256: SHA256, startPos: position(StartPos), endPos: position(EndPos) };
}

function position(value: JsonValue | undefined): bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return BigInt(value);
  if (typeof value === 'bigint' && value >= 0n) return value;
  throw new ControlError('protocol', 'StartPos and EndPos of a digest must be counts of bytes');
}
