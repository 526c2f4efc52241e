import { EventPluginError } from '@receptorjs/runner-events';

const LONG = 0x02;
const COMMAND = 0x04;

/** Names of mechanisms as a greeting has them. */
export type MechanismName = 'NULL' | 'PLAIN' | 'CURVE';

/** Length of a greeting in bytes. */
export const GREETING_BYTES = 64;

/** The greeting of ZMTP 3.1, not as a server. */
export function encodeGreeting(mechanism: MechanismName): Buffer {
  const greeting = Buffer.alloc(GREETING_BYTES);
  greeting[0] = 0xff;
  greeting[9] = 0x7f;
  greeting[10] = 3;
  greeting[11] = 1;
  greeting.write(mechanism, 12, 'ascii');
  return greeting;
}

/**
 * Reads a peer's greeting.
 *
 * @returns the name of its mechanism
 * @throws {EventPluginError} when it is none of ZMTP 3
 */
export function decodeGreeting(greeting: Buffer): string {
  if (greeting[0] !== 0xff || ((greeting[9] ?? 0) & 1) === 0)
    throw new EventPluginError('unreachable', 'the far side does not speak ZMTP');
  const version = greeting[10] ?? 0;
  if (version < 3)
    throw new EventPluginError('unreachable', `the far side speaks ZMTP ${version}, 3 is needed`);
  return greeting.subarray(12, 32).toString('ascii').replace(/\0+$/, '');
}

/** A frame of a message of one part, or of a command. */
export function encodeFrame(body: Buffer, kind: 'message' | 'command' = 'message'): Buffer {
  const flags = kind === 'command' ? COMMAND : 0;
  if (body.length <= 255) return Buffer.concat([Buffer.from([flags, body.length]), body]);
  const head = Buffer.alloc(9);
  head[0] = flags | LONG;
  head.writeBigUInt64BE(BigInt(body.length), 1);
  return Buffer.concat([head, body]);
}

/** The body of a command. */
export function encodeCommand(name: string, ...data: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.from([name.length]), Buffer.from(name, 'ascii'), ...data]);
}

/** Splits the body of a command into name and data; an empty name for one that is damaged. */
export function decodeCommand(body: Buffer): { name: string; data: Buffer } {
  // What libzmq's PLAIN writes instead of the length 5 and ERROR.
  if (body.subarray(0, 5).toString('latin1') === '^RROR')
    return { name: 'ERROR', data: body.subarray(5) };
  const length = body[0] ?? 0;
  if (length + 1 > body.length) return { name: '', data: Buffer.alloc(0) };
  return { name: body.subarray(1, 1 + length).toString('ascii'), data: body.subarray(1 + length) };
}

/** Properties of a socket, as READY and INITIATE carry them. */
export function encodeProperties(properties: Readonly<Record<string, string>>): Buffer {
  return Buffer.concat(
    Object.entries(properties).map(([name, value]) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(Buffer.byteLength(value));
      return Buffer.concat([
        Buffer.from([name.length]),
        Buffer.from(name),
        length,
        Buffer.from(value),
      ]);
    }),
  );
}

/** A frame that came in. */
export interface Frame {
  readonly isCommand: boolean;
  readonly body: Buffer;
}

/** Longest frame a receiver has reason to send, in bytes. */
const MAX_FRAME_BYTES = 64 * 1024;

/** Cuts what comes in into a greeting and frames. Owns what is not complete. */
export class FrameReader {
  #waiting = Buffer.alloc(0);

  push(bytes: Buffer): void {
    this.#waiting = Buffer.concat([this.#waiting, bytes]);
  }

  greeting(): Buffer | undefined {
    return this.#waiting.length < GREETING_BYTES ? undefined : this.#take(GREETING_BYTES);
  }

  /** @throws {EventPluginError} for a frame longer than 64 KiB */
  frame(): Frame | undefined {
    const flags = this.#waiting[0];
    const isLong = ((flags ?? 0) & LONG) !== 0;
    const head = isLong ? 9 : 2;
    if (flags === undefined || this.#waiting.length < head) return undefined;
    const length = isLong ? Number(this.#waiting.readBigUInt64BE(1)) : (this.#waiting[1] ?? 0);
    if (length > MAX_FRAME_BYTES)
      throw new EventPluginError('unreachable', `the far side sent a frame of ${length} bytes`);
    if (this.#waiting.length < head + length) return undefined;
    return { isCommand: (flags & COMMAND) !== 0, body: this.#take(head + length).subarray(head) };
  }

  #take(count: number): Buffer {
    const taken = this.#waiting.subarray(0, count);
    this.#waiting = this.#waiting.subarray(count);
    return taken;
  }
}
