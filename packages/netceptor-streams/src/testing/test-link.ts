import type { LinkReceiver, LinkTransport, MeshNode } from '@receptorjs/netceptor';

const FIRST_BYTE_OF_DATA = 0;

/** What a link of a test does with data; may be changed at any time. */
export interface LinkLimits {
  /** What the link says that it carries, in bytes. */
  maxMessageBytes?: number | undefined;
  /** Longer data messages vanish, in bytes. */
  swallowsFrom: number;
  /** The longest data message it has carried, in bytes. */
  longest: number;
  /** Data of the node that may wait, in bytes; beyond that no more is asked for. */
  queueBytes: number;
  /** How much it carries in one turn of the event loop, in bytes. */
  bytesPerTurn: number;
  /** Data it has carried, in bytes. */
  carried: number;
}

/** One end of a link between two nodes of a test: hands messages over in later turns of the event loop. */
class TestEnd implements LinkTransport {
  readonly description: string;
  readonly #limits: LinkLimits;
  readonly #queue: Buffer[] = [];
  #queued = 0;
  #refused = false;
  #running = false;
  #room: Buffer = Buffer.alloc(0);
  /** Take what arrives for this end's node, and for the other one's. */
  own: LinkReceiver | undefined;
  peer: LinkReceiver | undefined;

  constructor(description: string, limits: LinkLimits) {
    this.description = description;
    this.#limits = limits;
  }

  get maxMessageBytes(): number | undefined {
    return this.#limits.maxMessageBytes;
  }

  sendControl(message: Buffer): void {
    const copy = Buffer.from(message);
    setImmediate(() => this.#arrive(copy));
  }

  sendData(chunk: Buffer, start: number, end: number): void {
    this.#push(Buffer.from(chunk.subarray(start, end)));
  }

  reserve(length: number): Buffer | undefined {
    if (this.#queued >= this.#limits.queueBytes) {
      this.#refused = true;
      return undefined;
    }
    this.#room = Buffer.alloc(length);
    return this.#room;
  }

  commit(length: number): void {
    if (length > 0) this.#push(this.#room.subarray(0, length));
  }

  close(): void {
    setImmediate(() => this.peer?.closed('closed'));
  }

  #push(message: Buffer): void {
    if (message[0] === FIRST_BYTE_OF_DATA) {
      if (message.length >= this.#limits.swallowsFrom) return;
      this.#limits.longest = Math.max(this.#limits.longest, message.length);
    }
    this.#queue.push(message);
    this.#queued += message.length;
    this.#run();
  }

  /** As with real links the memory is used for something else then. */
  #arrive(message: Buffer): void {
    this.peer?.message(message, 0, message.length);
    message.fill(0xee);
  }

  #run(): void {
    if (this.#running) return;
    this.#running = true;
    setImmediate(() => {
      this.#running = false;
      for (let room = this.#limits.bytesPerTurn; room > 0;) {
        const message = this.#queue.shift();
        if (message === undefined) break;
        room -= message.length;
        this.#queued -= message.length;
        this.#limits.carried += message.length;
        this.#arrive(message);
      }
      if (this.#queue.length > 0) this.#run();
      if (!this.#refused || this.#queued >= this.#limits.queueBytes) return;
      this.#refused = false;
      this.own?.drained();
    });
  }
}

/** Links two nodes; what is changed in the result holds for both directions. */
export function linkNodes(a: MeshNode, b: MeshNode): LinkLimits {
  const limits: LinkLimits = {
    swallowsFrom: Infinity,
    longest: 0,
    queueBytes: Infinity,
    bytesPerTurn: Infinity,
    carried: 0,
  };
  const [fromA, fromB] = [new TestEnd('to b', limits), new TestEnd('to a', limits)];
  fromA.own = fromB.peer = a.attachLink(fromA, {});
  fromB.own = fromA.peer = b.attachLink(fromB, {});
  return limits;
}
