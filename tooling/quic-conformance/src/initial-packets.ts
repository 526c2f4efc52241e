import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';

/** The salt of QUIC v1 (RFC 9001, 5.2). */
const SALT = Buffer.from('38762cf7f55934b34d179ae6a4c80cadccbb7f0a', 'hex');
const TAG_BYTES = 16;
const SAMPLE_BYTES = 16;
/** Packet numbers are written in so many bytes. */
const NUMBER_BYTES = 4;
const VERSION = Buffer.from([0, 0, 0, 1]);

/** Who sends an Initial packet. */
export type InitialSender = 'client' | 'server';

/** What an Initial packet says, and what else is in its datagram. */
export interface InitialPacket {
  readonly destination: Buffer;
  readonly source: Buffer;
  readonly number: number;
  /** Frames. */
  readonly payload: Buffer;
  /** The packets after it. */
  readonly rest: Buffer;
}

interface InitialKeys {
  readonly key: Buffer;
  readonly iv: Buffer;
  readonly headerKey: Buffer;
}

/**
 * Opens the Initial packet a datagram begins with: its keys are no secret.
 *
 * @param first - The destination of the first packet of the connection, from which keys are made.
 */
export function openInitial(
  datagram: Buffer,
  sender: InitialSender,
  first: Buffer = destinationOf(datagram),
): InitialPacket {
  const keys = keysOf(first, sender);
  const destination = destinationOf(datagram);
  let at = 6 + destination.length;
  const source = datagram.subarray(at + 1, at + 1 + datagram.readUInt8(at));
  at += 1 + source.length;
  const token = varint(datagram, at);
  const length = varint(datagram, token.end + token.value);
  const numberAt = length.end;
  const end = numberAt + length.value;
  const mask = maskOf(keys, datagram, numberAt);
  const head = Buffer.from(datagram.subarray(0, numberAt + NUMBER_BYTES));
  head.writeUInt8(head.readUInt8(0) ^ (mask.readUInt8(0) & 0x0f), 0);
  const numberBytes = (head.readUInt8(0) & 0x03) + 1;
  for (let byte = 0; byte < numberBytes; byte++) {
    head.writeUInt8(head.readUInt8(numberAt + byte) ^ mask.readUInt8(1 + byte), numberAt + byte);
  }
  const number = head.readUIntBE(numberAt, numberBytes);
  const bodyAt = numberAt + numberBytes;
  const cipher = createDecipheriv('aes-128-gcm', keys.key, nonceOf(keys, number));
  cipher.setAAD(head.subarray(0, bodyAt));
  cipher.setAuthTag(datagram.subarray(end - TAG_BYTES, end));
  const payload = cipher.update(datagram.subarray(bodyAt, end - TAG_BYTES));
  cipher.final();
  return { destination, source, number, payload, rest: datagram.subarray(end) };
}

/** Seals an Initial packet as its sender would, and appends what is after it. */
export function sealInitial(
  { destination, source, number, payload, rest }: InitialPacket,
  sender: InitialSender,
  first: Buffer = destination,
): Buffer {
  const keys = keysOf(first, sender);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(0x4000 | (NUMBER_BYTES + payload.length + TAG_BYTES));
  const numberBytes = Buffer.alloc(NUMBER_BYTES);
  numberBytes.writeUInt32BE(number);
  const ids = [destination, source].flatMap((id) => [Buffer.from([id.length]), id]);
  const head = Buffer.concat([
    Buffer.from([0xc0 | (NUMBER_BYTES - 1)]),
    VERSION,
    ...ids,
    Buffer.from([0]),
    length,
    numberBytes,
  ]);
  const cipher = createCipheriv('aes-128-gcm', keys.key, nonceOf(keys, number));
  cipher.setAAD(head);
  const body = Buffer.concat([cipher.update(payload), cipher.final(), cipher.getAuthTag()]);
  const packet = Buffer.concat([head, body, rest]);
  const numberAt = head.length - NUMBER_BYTES;
  const mask = maskOf(keys, packet, numberAt);
  packet.writeUInt8(packet.readUInt8(0) ^ (mask.readUInt8(0) & 0x0f), 0);
  for (let byte = 0; byte < NUMBER_BYTES; byte++) {
    packet.writeUInt8(
      packet.readUInt8(numberAt + byte) ^ mask.readUInt8(1 + byte),
      numberAt + byte,
    );
  }
  return packet;
}

function destinationOf(datagram: Buffer): Buffer {
  return datagram.subarray(6, 6 + datagram.readUInt8(5));
}

function keysOf(first: Buffer, sender: InitialSender): InitialKeys {
  const initial = createHmac('sha256', SALT).update(first).digest();
  const secret = expand(initial, `${sender} in`, 32);
  return {
    key: expand(secret, 'quic key', 16),
    iv: expand(secret, 'quic iv', 12),
    headerKey: expand(secret, 'quic hp', 16),
  };
}

/** HKDF-Expand-Label of TLS 1.3, for what fits into one hash. */
function expand(secret: Buffer, label: string, length: number): Buffer {
  const name = Buffer.from(`tls13 ${label}`);
  const info = Buffer.concat([Buffer.from([0, length, name.length]), name, Buffer.from([0, 1])]);
  return createHmac('sha256', secret).update(info).digest().subarray(0, length);
}

function nonceOf({ iv }: InitialKeys, number: number): Buffer {
  const nonce = Buffer.from(iv);
  nonce.writeInt32BE(nonce.readInt32BE(8) ^ number, 8);
  return nonce;
}

function maskOf({ headerKey }: InitialKeys, packet: Buffer, numberAt: number): Buffer {
  const sampleAt = numberAt + NUMBER_BYTES;
  const cipher = createCipheriv('aes-128-ecb', headerKey, null);
  return cipher.update(packet.subarray(sampleAt, sampleAt + SAMPLE_BYTES));
}

function varint(bytes: Buffer, at: number): { value: number; end: number } {
  const length = 1 << (bytes.readUInt8(at) >> 6);
  const value = bytes.readUIntBE(at, Math.min(length, 4)) & (length === 1 ? 0x3f : 0x3fff);
  return { value, end: at + length };
}
