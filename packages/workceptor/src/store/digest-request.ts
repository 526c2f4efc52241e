import { isFinal } from '@receptorjs/control-protocol';
import { WorkError } from '../errors.js';
import type { Unit } from '../unit.js';
import type { ByteRange, StdoutDigests } from './stdout-digest.js';

/** Which bytes of a stdout: all of them when neither is given. */
export interface DigestRequest {
  /** The first one. Default 0. */
  readonly startPos?: bigint | undefined;
  /** The one behind the last. Default: the end, once the unit has ended. */
  readonly endPos?: bigint | undefined;
}

/** A digest and the bytes it is of. */
export interface DigestReply extends ByteRange {
  /** SHA-256 in lower-case hexadecimal. */
  readonly sha256: string;
}

/**
 * Answers a request for a digest of a unit's stdout.
 *
 * @throws {WorkError} `bad-range`, `not-verifiable`, `canceled`, and `unknown-unit` for one that is released meanwhile
 */
export async function digestReply(
  unit: Unit,
  { startPos = 0n, endPos }: DigestRequest,
  { digests, signal }: { readonly digests: StdoutDigests; readonly signal: AbortSignal },
): Promise<DigestReply> {
  const { record } = unit;
  if (endPos === undefined) await hasEnded(unit, signal);
  const { stdoutSize } = unit.status();
  const range = { startPos, endPos: endPos ?? stdoutSize };
  if (range.startPos > range.endPos || range.endPos > stdoutSize) {
    throw new WorkError(
      'bad-range',
      `work unit ${record.id} has ${stdoutSize} bytes of stdout, and no bytes ${startPos} to ${range.endPos}`,
    );
  }
  if (startPos > 0n || endPos !== undefined) {
    return { ...range, sha256: await digests.range(record, range, signal) };
  }
  const told = record.status.report?.stdoutSha256;
  if (told === undefined && unit.ranOn !== undefined) {
    throw new WorkError('not-verifiable', `not verifiable: ${unit.ranOn} reports no digest`);
  }
  return { ...range, sha256: told ?? (await digests.whole(record)) };
}

async function hasEnded({ record }: Unit, signal: AbortSignal): Promise<void> {
  for (;;) {
    const { statusRevision, status, released } = record;
    if (released) throw new WorkError('unknown-unit', `unknown work unit ${record.id}`);
    if (signal.aborted) throw new WorkError('canceled', 'the digest is not wanted any more');
    if (isFinal(status.state)) return;
    await record.statusChanged(statusRevision, signal);
  }
}
