import { MAX_MESSAGE_BYTES } from '@receptorjs/netceptor';

/** Bytes of the length in front of each message, little-endian. */
const PREFIX_BYTES = 2;
/** What is queued is written while the socket holds less, so that control messages overtake data. */
const SOCKET_BYTES = 65_536;
/** The most that waits of each kind; a peer that leaves so many control messages unread loses its link. */
const QUEUE_BYTES = { control: 4 << 20, data: 1 << 20 };
/** How long a closed link may take to send its last messages. */
const CLOSE_MS = 1_000;

/** Messages that wait, and how many bytes they are. It alone writes its fields. */
class Queue {
  /** @type {Buffer[]} */
  #messages = [];
  bytes = 0;

  push(/** @type {Buffer} */ message) {
    this.#messages.push(message);
    this.bytes += message.length;
  }

  shift() {
    const message = this.#messages.shift();
    this.bytes -= message?.length ?? 0;
    return message;
  }
}

/**
 * A link over a connected Unix socket: each message with its length in front. It alone writes its fields.
 *
 * @implements {LinkTransport}
 * @typedef {import('@receptorjs/netceptor').LinkTransport} LinkTransport
 */
export class UnixLink {
  /** Names the link in log lines. @type {string} */
  description;
  /** Resolves when the socket is closed. @type {Promise<void>} */
  closed;
  /** @type {import('node:net').Socket} */
  #socket;
  /** @type {import('@receptorjs/netceptor').LinkReceiver} */
  #receiver;
  #control = new Queue();
  #data = new Queue();
  #room = Buffer.alloc(0);
  #isClosing = false;
  #wasFull = false;
  /** The beginning of a message whose rest has not come. @type {Buffer} */
  #rest = Buffer.alloc(0);

  /**
   * @param {import('@receptorjs/netceptor').MeshNode} node
   * @param {import('node:net').Socket} socket is the link's from now on
   * @param {string} path
   * @param {import('@receptorjs/netceptor').LinkOptions} options
   */
  constructor(node, socket, path, options) {
    this.description = `unix ${path}`;
    this.#socket = socket;
    let reason = 'the connection was closed';
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('drain', () => this.#flush());
    socket.on('error', ({ message }) => (reason = message));
    this.closed = new Promise((resolve) =>
      socket.once('close', () => {
        this.#isClosing = true;
        this.#receiver.closed(reason);
        resolve();
      }),
    );
    this.#receiver = node.attachLink(this, options);
  }

  /** Whether the peer has named itself and been accepted, at any time. */
  get wasEstablished() {
    return this.#receiver.wasEstablished;
  }

  sendControl(/** @type {Buffer} */ message, mayDrop = false) {
    if (this.#control.bytes < QUEUE_BYTES.control) this.#send(this.#control, message);
    else if (!mayDrop) this.#socket.destroy(new Error('the peer has stopped reading'));
  }

  sendData(/** @type {Buffer} */ chunk, /** @type {number} */ start, /** @type {number} */ end) {
    if (this.#data.bytes < QUEUE_BYTES.data) this.#send(this.#data, chunk.subarray(start, end));
  }

  reserve(/** @type {number} */ length) {
    if (this.#isClosing) return undefined;
    this.#wasFull = this.#data.bytes >= QUEUE_BYTES.data;
    if (this.#wasFull) return undefined;
    this.#room = Buffer.allocUnsafe(Math.min(length, MAX_MESSAGE_BYTES));
    return this.#room;
  }

  commit(/** @type {number} */ length) {
    if (length > 0) this.#send(this.#data, this.#room.subarray(0, length));
  }

  close() {
    if (this.#isClosing) return;
    this.#flush(Infinity);
    this.#isClosing = true;
    const timer = setTimeout(() => this.#socket.destroy(), CLOSE_MS);
    void this.closed.then(() => clearTimeout(timer));
    this.#socket.end();
  }

  #send(/** @type {Queue} */ queue, /** @type {Buffer} */ message) {
    if (this.#isClosing || message.length > MAX_MESSAGE_BYTES) return;
    queue.push(message);
    // the node may queue more in this task: all of it is one write
    queueMicrotask(() => this.#flush());
  }

  #flush(socketBytes = SOCKET_BYTES) {
    if (this.#isClosing) return;
    this.#socket.cork();
    while (this.#socket.writableLength < socketBytes) {
      const message = this.#control.shift() ?? this.#data.shift();
      if (message === undefined) break;
      const prefix = Buffer.alloc(PREFIX_BYTES);
      prefix.writeUInt16LE(message.length);
      this.#socket.write(prefix);
      this.#socket.write(message);
    }
    this.#socket.uncork();
    if (!this.#wasFull || this.#data.bytes >= QUEUE_BYTES.data) return;
    this.#wasFull = false;
    this.#receiver.drained();
  }

  #read(/** @type {Buffer} */ chunk) {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (!this.#isClosing && bytes.length - at >= PREFIX_BYTES) {
      const start = at + PREFIX_BYTES;
      const end = start + bytes.readUInt16LE(at);
      if (end > bytes.length) break;
      this.#receiver.message(bytes, start, end);
      at = end;
    }
    this.#rest = bytes.subarray(at);
  }
}
