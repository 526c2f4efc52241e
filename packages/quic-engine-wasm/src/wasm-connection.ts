import { randomBytes } from 'node:crypto';
import {
  CONNECTION_ID_BYTES,
  reasonBytes,
  StreamCanceled,
  type QuicConnection,
  type QuicEnd,
  type QuicVerifier,
  type QuicLosses,
} from '@receptorjs/quic-engine';
import { ENDED_BY, READ, STATE, WRITE } from './exports.js';
import type { Examination, Instance } from './instance.js';

/** QUIC's code for an error of the implementation (RFC 9000, 20.1). */
const INTERNAL_ERROR = 0x01;
/** The longest datagram that is looked at, in bytes. */
const MAX_RECEIVED = 65_535;
/** How much is written at a time: it is kept until the peer has acknowledged the last of it. In bytes. */
const MAX_CHUNK = 65_536;

/**
 * A connection of an instance's, which knows it by a number. When the instance fails the connection is over. It alone
 * writes its fields.
 */
export class WasmConnection implements QuicConnection {
  readonly localId: Buffer;
  readonly #instance: Instance;
  /** Where the instance takes an ID or a reason. */
  readonly #input: number;
  readonly #number: number;
  readonly #examination: Examination;
  #certificates: readonly Buffer[] = [];
  #established = false;
  #peerMaxDatagram = 0;
  #released = false;
  /** How it had ended when it was released. */
  #finalEnd: QuicEnd | undefined;

  constructor(instance: Instance, input: number, verifier: QuicVerifier | undefined) {
    this.#instance = instance;
    this.#input = input;
    this.#examination = {
      verifier,
      shown: (certificates) => (this.#certificates = certificates),
    };
    this.localId = randomBytes(CONNECTION_ID_BYTES);
    instance.memory.write(this.localId, input);
    this.#number = instance.exports.connection_new();
    if (this.#number < 0) throw new Error('the engine could not begin a connection');
  }

  get established(): boolean {
    this.#established ||= this.#is(STATE.connected);
    return this.#established;
  }

  get ended(): boolean {
    return this.#gone || this.#is(STATE.ended);
  }

  get closed(): boolean {
    return this.#gone || this.#is(STATE.closed);
  }

  get readable(): boolean {
    return !this.#gone && this.#instance.exports.stream_readable(this.#number) === 1;
  }

  get peerMaxDatagram(): number {
    if (this.#peerMaxDatagram === 0 && !this.#gone) {
      this.#peerMaxDatagram = this.#instance.exports.connection_peer_max_datagram(this.#number);
    }
    return this.#peerMaxDatagram;
  }

  losses(): QuicLosses {
    if (this.#gone) return { datagrams: 0, bytes: 0 };
    this.#instance.exports.connection_losses(this.#number);
    return { datagrams: this.#instance.result(0), bytes: this.#instance.result(1) };
  }

  peerCertificates(): readonly Uint8Array[] {
    return this.#certificates;
  }

  receive(datagram: Buffer): void {
    if (this.#gone || datagram.length > MAX_RECEIVED) return;
    const { exports, memory } = this.#instance;
    memory.write(datagram, exports.datagram_room(datagram.length));
    if (this.established) exports.connection_receive(this.#number, datagram.length);
    else {
      this.#instance.examine(this.#examination, () => {
        exports.connection_receive(this.#number, datagram.length);
      });
    }
  }

  send(room: Buffer): number {
    if (this.#gone) return 0;
    const size = Math.min(room.length, 0xffff);
    const length = this.#instance.exports.connection_transmit(this.#number, size);
    if (length > 0) room.set(this.#instance.memory.at(this.#instance.result(0), length));
    return length;
  }

  timeout(): number | undefined {
    if (this.#gone) return undefined;
    const milliseconds = this.#instance.exports.connection_timeout(this.#number);
    return milliseconds < 0 ? undefined : milliseconds;
  }

  handleTimeout(): boolean {
    return !this.#gone && this.#instance.exports.connection_handle_timeout(this.#number) === 1;
  }

  keepAlive(): void {
    if (!this.#gone) this.#instance.exports.connection_ping(this.#number);
  }

  read(room: Buffer): readonly [number, boolean] | undefined {
    if (this.#gone) return undefined;
    const { exports, memory } = this.#instance;
    for (let filled = 0; ;) {
      const length = exports.stream_read(this.#number, room.length - filled);
      if (length === READ.finished) return [filled, true];
      if (length === READ.reset && filled === 0) {
        throw new StreamCanceled('reading', this.#instance.result(0));
      }
      if (length <= 0) return filled > 0 ? [filled, false] : undefined;
      room.set(memory.at(this.#instance.result(0), length), filled);
      filled += length;
      if (filled === room.length) return [filled, false];
    }
  }

  write(chunk: Buffer, finish: boolean): number {
    if (this.#gone) return finish && chunk.length === 0 ? -1 : 0;
    let taken = 0;
    while (taken < chunk.length) {
      const step = this.#writeSome(taken === 0 ? chunk : chunk.subarray(taken));
      if (step === 0) break;
      taken += step;
    }
    if (!finish || taken < chunk.length) return taken;
    return this.#instance.exports.stream_finish(this.#number) === 1 ? taken : -1;
  }

  cancel(code: number): void {
    if (!this.#gone) this.#instance.exports.stream_cancel(this.#number, code);
  }

  streamDone(): boolean {
    return this.#is(STATE.streamDone);
  }

  close(code: number, reason: string): void {
    if (this.#gone) return;
    const length = this.#instance.memory.write(reasonBytes(reason), this.#input);
    this.#instance.exports.connection_close(this.#number, code, length);
  }

  end(): QuicEnd | undefined {
    if (this.#released) return this.#finalEnd;
    const by = ENDED_BY[this.#instance.exports.connection_end(this.#number)];
    const { failure } = this.#instance;
    if (failure !== undefined) {
      const reason = `the QUIC engine failed: ${failure}`;
      return { by: 'local', application: false, code: INTERNAL_ERROR, reason };
    }
    if (by === undefined) return undefined;
    const [place, length] = [this.#instance.result(0), this.#instance.result(1)];
    return {
      by,
      application: this.#instance.result(2) === 1,
      code: this.#instance.result(3),
      reason: this.#instance.memory.at(place, length).toString('utf8'),
    };
  }

  release(): void {
    if (this.#released) return;
    this.#finalEnd = this.end();
    this.#released = true;
    this.#instance.exports.connection_drop(this.#number);
  }

  /** Nothing can be asked of the engine any more. */
  get #gone(): boolean {
    return this.#released || this.#instance.failure !== undefined;
  }

  #is(bit: number): boolean {
    return !this.#gone && (this.#instance.exports.connection_state(this.#number) & bit) !== 0;
  }

  #writeSome(bytes: Buffer): number {
    const { exports, memory } = this.#instance;
    const length = exports.stream_room(this.#number, Math.min(bytes.length, MAX_CHUNK));
    if (length === 0) return 0;
    memory.write(bytes.subarray(0, length), this.#instance.result(0));
    const taken = exports.stream_write(this.#number, length);
    if (taken === WRITE.stopped) throw new StreamCanceled('writing', this.#instance.result(0));
    if (taken < 0) throw new StreamCanceled('writing', undefined);
    return taken;
  }
}
