import { MeshError } from '../errors.js';
import { MESSAGE_TYPE } from './message-type.js';
import type { Hash64 } from './highway-hash.js';

/** Bytes in front of the payload of a data message. */
export const DATA_HEADER_BYTES = 36;

/** The longest service name, in bytes. */
export const MAX_SERVICE_BYTES = 8;

/** Where the fields of a data message stand, from its first byte. */
export const DATA_OFFSET = {
  hopsToLive: 1,
  fromNode: 4,
  toNode: 12,
  fromService: 20,
  toService: 28,
} as const;

/** The header of a data message. */
export interface DataHeader {
  /** How many more times the message may be handed on; 0 to 255. */
  readonly hopsToLive: number;
  readonly fromNode: Hash64;
  readonly toNode: Hash64;
  readonly fromService: string;
  readonly toService: string;
}

/**
 * Checks a service name: 1 to 8 bytes of UTF-8, none of them NUL.
 *
 * @throws {MeshError} `invalid-service-name`
 */
export function checkServiceName(service: string): void {
  const length = Buffer.byteLength(service);
  if (length === 0 || length > MAX_SERVICE_BYTES || service.includes('\0')) {
    throw new MeshError(
      'invalid-service-name',
      `service name ${JSON.stringify(service)} is not valid`,
      {
        hint: 'A service name has 1 to 8 bytes.',
      },
    );
  }
}

/** Reads a NUL-padded service name out of a message. */
export function readService(message: Buffer, at: number): string {
  let end = at + MAX_SERVICE_BYTES;
  while (end > at && message[end - 1] === 0) end--;
  return message.toString('utf8', at, end);
}

/** Writes the header into 36 bytes of `out`. The service names must have been checked. */
export function writeDataHeader(out: Buffer, at: number, header: DataHeader): void {
  out.fill(0, at, at + DATA_HEADER_BYTES);
  out.writeUInt8(MESSAGE_TYPE.data, at);
  out.writeUInt8(header.hopsToLive, at + DATA_OFFSET.hopsToLive);
  writeHash(out, at + DATA_OFFSET.fromNode, header.fromNode);
  writeHash(out, at + DATA_OFFSET.toNode, header.toNode);
  out.write(header.fromService, at + DATA_OFFSET.fromService, MAX_SERVICE_BYTES);
  out.write(header.toService, at + DATA_OFFSET.toService, MAX_SERVICE_BYTES);
}

/**
 * Reads the header of a data message.
 *
 * @throws {MeshError} `malformed-message` when it is shorter than its header.
 */
export function readDataHeader(message: Buffer, start = 0, end = message.length): DataHeader {
  if (end - start < DATA_HEADER_BYTES) throw shortDataMessage(end - start);
  return {
    hopsToLive: message.readUInt8(start + DATA_OFFSET.hopsToLive),
    fromNode: readHash(message, start + DATA_OFFSET.fromNode),
    toNode: readHash(message, start + DATA_OFFSET.toNode),
    fromService: readService(message, start + DATA_OFFSET.fromService),
    toService: readService(message, start + DATA_OFFSET.toService),
  };
}

/** The error for a data message that is shorter than its header. */
export function shortDataMessage(length: number): MeshError {
  return new MeshError(
    'malformed-message',
    `a data message of ${length} bytes is shorter than its header of ${DATA_HEADER_BYTES}`,
  );
}

function writeHash(out: Buffer, at: number, hash: Hash64): void {
  out.writeInt32BE(hash.high, at);
  out.writeInt32BE(hash.low, at + 4);
}

function readHash(message: Buffer, at: number): Hash64 {
  return { high: message.readInt32BE(at), low: message.readInt32BE(at + 4) };
}
