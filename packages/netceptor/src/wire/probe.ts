import { MeshError } from '../errors.js';
import { MESSAGE_TYPE } from './message-type.js';

/**
 * A question whether the other end of a link hears this one, or the answer. An addition of this project: 6 bytes, which
 * are the type, 0 for the question or 1 for the answer, and a number (big-endian) that the answer repeats. Sent only to
 * peers whose routing updates have a {@link LINK_VERSION}.
 */
export interface Probe {
  readonly isAnswer: boolean;
  /** 0 to 2^32 - 1. */
  readonly number: number;
}

/** What this project's nodes say in their own routing updates as `LinkVersion`: they answer probes. The original says nothing. */
export const LINK_VERSION = 1;

const PROBE_BYTES = 6;

/** The message for a probe. */
export function encodeProbe({ isAnswer, number }: Probe): Buffer {
  const message = Buffer.alloc(PROBE_BYTES);
  message.writeUInt8(MESSAGE_TYPE.probe, 0);
  message.writeUInt8(isAnswer ? 1 : 0, 1);
  message.writeUInt32BE(number, 2);
  return message;
}

/**
 * Reads the probe `chunk[start..end)`.
 *
 * @throws {MeshError} `malformed-message`
 */
export function decodeProbe(chunk: Buffer, start: number, end: number): Probe {
  const kind = chunk[start + 1];
  if (end - start !== PROBE_BYTES || (kind !== 0 && kind !== 1)) {
    throw new MeshError('malformed-message', 'a probe is not valid');
  }
  return { isAnswer: kind === 1, number: chunk.readUInt32BE(start + 2) };
}
