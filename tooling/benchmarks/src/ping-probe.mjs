// Loaded into a node before its program by ping-path.mjs: writes down when a ping came in and went out, and what every socket had read
// and written by then. It looks at what Node's sockets hand to libuv, so that the node under measurement is the one that people run.
import { writeFileSync } from 'node:fs';
import { connect, Socket } from 'node:net';

/**
 * @typedef {object} Event
 * @property {number} at in microseconds of the machine's clock
 * @property {'in' | 'out'} way
 * @property {number} socket
 * @property {number} bytes that the socket has read or written so far
 * @property {string} what of a ping is in it: `ping`, `asked`, `answered`, or nothing
 * @property {number} took microseconds that the node was busy with it
 */

const out = process.env.PING_PROBE;
/** The service of a ping, as messages have it. */
const service = Buffer.from('ping\0\0\0\0');
const asked = Buffer.from('ping nb\n');
const answered = Buffer.from('"Success"');
/** Longer writes are no answer. */
const ANSWER_BYTES = 4096;
const WRITES = [
  'writev',
  'writeBuffer',
  'writeUtf8String',
  'writeLatin1String',
  'writeAsciiString',
];

/** @type {Event[]} */
const events = [];
const now = () => Number(process.hrtime.bigint() / 1000n);

/** What of a ping is in some data. @param {unknown} data @returns {string} */
function seen(data) {
  if (Array.isArray(data)) return data.map(seen).find((what) => what !== '') ?? '';
  const bytes =
    typeof data === 'string'
      ? Buffer.from(data)
      : data instanceof Uint8Array
        ? Buffer.from(data.buffer, data.byteOffset, data.byteLength)
        : undefined;
  if (bytes === undefined) return '';
  if (bytes.includes(service)) return 'ping';
  if (bytes.includes(asked)) return 'asked';
  return bytes.length < ANSWER_BYTES && bytes.includes(answered) ? 'answered' : '';
}

/** @type {WeakMap<object, number>} */
const numbers = new WeakMap();
let sockets = 0;
function numberOf(/** @type {object} */ handle) {
  const number = numbers.get(handle) ?? ++sockets;
  numbers.set(handle, number);
  return number;
}

function watch() {
  // what is below a socket is no API: its prototype is found at one of them
  const socket = /** @type {Socket & { _handle: object }} */ (
    connect({ port: 1, host: '127.0.0.1' })
  );
  socket.on('error', () => undefined);
  let prototype = Object.getPrototypeOf(socket._handle);
  while (!Object.hasOwn(prototype, 'writev')) prototype = Object.getPrototypeOf(prototype);
  for (const name of WRITES) {
    const write = prototype[name];
    /** @this {{ bytesWritten: number }} */
    prototype[name] = function (
      /** @type {unknown} */ request,
      /** @type {unknown} */ data,
      /** @type {unknown[]} */ ...rest
    ) {
      const at = now();
      const result = write.call(this, request, data, ...rest);
      events.push({
        at,
        way: 'out',
        socket: numberOf(this),
        bytes: this.bytesWritten,
        what: seen(data),
        took: now() - at,
      });
      return result;
    };
  }
  /**
   * Takes what a socket has read to where it goes.
   *
   * @template T
   * @param {Socket & { _handle: object }} socket
   * @param {unknown} data
   * @param {() => T} take
   * @returns {T}
   */
  const read = (socket, data, take) => {
    const at = now();
    const handle = socket._handle;
    const bytes = socket.bytesRead;
    // the memory may be used again afterwards
    const what = handle && data ? seen(data) : '';
    const result = take();
    if (handle && data)
      events.push({ at, way: 'in', socket: numberOf(handle), bytes, what, took: now() - at });
    return result;
  };
  const { push } = Socket.prototype;
  /** @this {Socket & { _handle: object }} */
  Socket.prototype.push = function (
    /** @type {unknown} */ data,
    /** @type {BufferEncoding | undefined} */ encoding,
  ) {
    return read(this, data, () => push.call(this, data, encoding));
  };
  // sockets that read into memory of their user's do not come by there
  const { useUserBuffer } = prototype;
  prototype.useUserBuffer = function (/** @type {Uint8Array} */ memory) {
    const owner = this[symbolOf(this, 'owner_symbol')];
    const callback = symbolOf(owner, 'kBufferCb');
    const take = owner[callback];
    owner[callback] = (/** @type {number} */ length, /** @type {unknown} */ buffer) =>
      read(owner, memory.subarray(0, length), () => take(length, buffer));
    return useUserBuffer.call(this, memory);
  };
}

/** The symbol that Node has for a part of an object. @param {object} object @param {string} name @returns {any} */
function symbolOf(object, name) {
  return Object.getOwnPropertySymbols(object).find(({ description }) => description === name);
}

if (out) {
  watch();
  process.on('exit', () => {
    writeFileSync(`${out}.${process.pid}`, JSON.stringify({ args: process.argv, events }));
  });
}
