import { errorText } from '@receptorjs/primitives';
import { closeSync, constants, existsSync, openSync, writeSync } from 'node:fs';
import { MeshServiceError, systemCode } from '../errors.js';
import type { NativeCalls } from '../native-calls.js';

/** Makes a descriptor of /dev/net/tun an interface: layer 3, no header before packets. */
const TUNSETIFF = 0x400454ca;
const IFF_TUN_NO_PI = 0x1001;
const IFNAMSIZ = 16;
const IFREQ_BYTES = 40;
/** Bytes the longest packet has. */
const MAX_PACKET_BYTES = 65_535;
/** Packets taken before others get their turn. */
const BATCH = 64;
/** Milliseconds of one wait for packets; it runs off the event loop and is cut short by `close`. */
const WAIT_MS = 1_000;
const POLLIN = 1;
const EFD_NONBLOCK_CLOEXEC = 0o2004000;

/** What a tun device reports. */
export interface TunListener {
  /** A packet the system sends through the interface; the buffer is used again after the call. */
  packet(packet: Buffer): void;
  /** Reading has stopped for good. */
  failed(error: MeshServiceError): void;
}

/**
 * A tun interface, which is there as long as this is open: it ends with the process at the latest, and its addresses
 * and routes with it. It alone writes its fields.
 */
export class TunDevice {
  /** Name of the interface. */
  readonly name: string;
  readonly #native: NativeCalls;
  readonly #descriptor: number;
  /** Written to when a wait is to end. */
  readonly #wake: number;
  readonly #buffer = Buffer.alloc(MAX_PACKET_BYTES);
  #reading: Promise<void> | undefined;
  #closed = false;

  private constructor(native: NativeCalls, descriptor: number, wake: number, name: string) {
    this.#native = native;
    this.#descriptor = descriptor;
    this.#wake = wake;
    this.name = name;
  }

  /**
   * Makes an interface.
   *
   * @param name empty for the first free one of `tun0`, `tun1` ...
   * @throws {MeshServiceError} `invalid-network` for a name that is none or taken, `permission-denied`, `device-failed`
   */
  static open(native: NativeCalls, name: string): TunDevice {
    checkInterfaceName(name);
    let descriptor: number | undefined;
    try {
      const { O_RDWR, O_NONBLOCK } = constants;
      descriptor = openSync('/dev/net/tun', O_RDWR | O_NONBLOCK);
      const request = Buffer.alloc(IFREQ_BYTES);
      request.write(name === '' ? 'tun%d' : name);
      new Uint16Array(request.buffer, request.byteOffset + IFNAMSIZ, 1).set([IFF_TUN_NO_PI]);
      if (native.ioctl(descriptor, TUNSETIFF, request) < 0) {
        throw Object.assign(new Error(native.lastError()), { code: native.lastError() });
      }
      const wake = native.eventfd(0, EFD_NONBLOCK_CLOEXEC);
      if (wake < 0) throw new Error(native.lastError());
      return new TunDevice(
        native,
        descriptor,
        wake,
        request.toString('utf8', 0, request.indexOf(0)),
      );
    } catch (cause) {
      if (descriptor !== undefined) closeSync(descriptor);
      throw openFailure(name, cause);
    }
  }

  /** Begins to hand out packets; call it once. */
  start(listener: TunListener): void {
    this.#reading = this.#read(listener);
  }

  /**
   * Gives the system a packet as one that arrived at the interface.
   *
   * @throws the system's error, such as for something that is no packet
   */
  write(packet: Buffer): void {
    if (!this.#closed) writeSync(this.#descriptor, packet);
  }

  /** Removes the interface. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    writeSync(this.#wake, Buffer.from(new BigUint64Array([1n]).buffer));
    await this.#reading;
    closeSync(this.#descriptor);
    closeSync(this.#wake);
  }

  async #read(listener: TunListener): Promise<void> {
    // two of struct pollfd: the descriptor, what is waited for, what came
    const fields = new Int16Array(8);
    new Int32Array(fields.buffer, 0, 1).set([this.#descriptor]);
    new Int32Array(fields.buffer, 8, 1).set([this.#wake]);
    fields.set([POLLIN], 2);
    fields.set([POLLIN], 6);
    const descriptors = Buffer.from(fields.buffer);
    while (!this.#closed) {
      let taken = 0;
      for (; taken < BATCH; taken += 1) {
        const length = this.#native.read(this.#descriptor, this.#buffer, this.#buffer.length);
        if (length <= 0) {
          const code = this.#native.lastError();
          if (length < 0 && (code === 'EAGAIN' || code === 'EINTR')) break;
          const text = `reading from interface ${this.name} failed: ${code}`;
          listener.failed(new MeshServiceError('device-failed', text));
          return;
        }
        listener.packet(this.#buffer.subarray(0, length));
      }
      if (taken > 0) await new Promise((resolve) => setImmediate(resolve));
      else await this.#native.poll(descriptors, 2, WAIT_MS);
    }
  }
}

function checkInterfaceName(name: string): void {
  if (name === '') return;
  if (Buffer.byteLength(name) >= IFNAMSIZ || !/^[^\s/:%]+$/.test(name) || /^\.\.?$/.test(name)) {
    const allowed = 'at most 15 bytes without spaces and / : %';
    throw new MeshServiceError('invalid-network', `interface ${name} is no name (${allowed})`);
  }
  if (existsSync(`/sys/class/net/${name}`)) {
    const text = `interface ${name} exists already; choose another name, or leave it out`;
    throw new MeshServiceError('invalid-network', text);
  }
}

function openFailure(name: string, cause: unknown): MeshServiceError {
  const what = `error opening tun device${name === '' ? '' : ` ${name}`}`;
  switch (systemCode(cause)) {
    case 'EPERM':
    case 'EACCES': {
      const text = `${what}: not permitted; it takes root or CAP_NET_ADMIN`;
      return new MeshServiceError('permission-denied', text, { cause });
    }
    case 'ENOENT':
    case 'ENODEV': {
      const text = `${what}: there is no /dev/net/tun; load the module tun, or give the container the device`;
      return new MeshServiceError('device-failed', text, { cause });
    }
    default:
      return new MeshServiceError('device-failed', `${what}: ${errorText(cause)}`, { cause });
  }
}
