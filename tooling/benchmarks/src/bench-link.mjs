// A link between two nodes of this process that carries messages up to a length, for measuring what runs over it.

const QUEUE_BYTES = 262_144;
const SLAB_BYTES = 1 << 20;

/** @import { LinkReceiver, LinkTransport, MeshNode } from '@receptorjs/netceptor' */

/** One end. It hands messages over in later turns of the event loop. It alone writes its fields. @implements {LinkTransport} */
class BenchEnd {
  description = 'bench';
  /** @type {LinkReceiver | undefined} */
  own;
  /** @type {LinkReceiver | undefined} */
  peer;
  /** @type {Buffer[]} */
  #queue = [];
  #queued = 0;
  #refused = false;
  #slab = Buffer.alloc(0);
  #used = 0;

  /** @param {number} maxMessageBytes */
  constructor(maxMessageBytes) {
    this.maxMessageBytes = maxMessageBytes;
  }

  /** @param {Buffer} message */
  sendControl(message) {
    const copy = Buffer.from(message);
    setImmediate(() => this.peer?.message(copy, 0, copy.length));
  }

  /** @param {Buffer} chunk @param {number} start @param {number} end */
  sendData(chunk, start, end) {
    this.#push(Buffer.from(chunk.subarray(start, end)));
  }

  /** @param {number} length */
  reserve(length) {
    if (this.#queued >= QUEUE_BYTES) {
      this.#refused = true;
      return undefined;
    }
    if (this.#used + length > this.#slab.length) {
      this.#slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
      this.#used = 0;
    }
    return this.#slab.subarray(this.#used, this.#used + length);
  }

  /** @param {number} length */
  commit(length) {
    if (length === 0) return;
    this.#push(this.#slab.subarray(this.#used, this.#used + length));
    this.#used += length;
  }

  close() {
    setImmediate(() => this.peer?.closed('closed'));
  }

  /** @param {Buffer} message */
  #push(message) {
    if (this.#queue.push(message) === 1) setImmediate(this.#run);
    this.#queued += message.length;
  }

  #run = () => {
    const queue = this.#queue;
    this.#queue = [];
    this.#queued = 0;
    for (const message of queue) this.peer?.message(message, 0, message.length);
    if (!this.#refused) return;
    this.#refused = false;
    this.own?.drained();
  };
}

/**
 * Links two nodes.
 *
 * @param {MeshNode} a
 * @param {MeshNode} b
 * @param {number} maxMessageBytes
 */
export function linkNodes(a, b, maxMessageBytes) {
  const [fromA, fromB] = [new BenchEnd(maxMessageBytes), new BenchEnd(maxMessageBytes)];
  fromA.own = fromB.peer = a.attachLink(fromA, {});
  fromB.own = fromA.peer = b.attachLink(fromB, {});
}
