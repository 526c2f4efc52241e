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
}

/** One end of a link between two nodes of a test: hands each message over in a task of its own. */
class TestEnd implements LinkTransport {
  readonly description: string;
  readonly #limits: LinkLimits;
  #room: Buffer = Buffer.alloc(0);
  peer: LinkReceiver | undefined;

  constructor(description: string, limits: LinkLimits) {
    this.description = description;
    this.#limits = limits;
  }

  get maxMessageBytes(): number | undefined {
    return this.#limits.maxMessageBytes;
  }

  sendControl(message: Buffer): void {
    this.#hand(Buffer.from(message));
  }

  sendData(chunk: Buffer, start: number, end: number): void {
    this.#hand(Buffer.from(chunk.subarray(start, end)));
  }

  reserve(length: number): Buffer {
    this.#room = Buffer.alloc(length);
    return this.#room;
  }

  commit(length: number): void {
    if (length > 0) this.#hand(this.#room.subarray(0, length));
  }

  close(): void {
    setImmediate(() => this.peer?.closed('closed'));
  }

  #hand(message: Buffer): void {
    if (message[0] === FIRST_BYTE_OF_DATA) {
      if (message.length >= this.#limits.swallowsFrom) return;
      this.#limits.longest = Math.max(this.#limits.longest, message.length);
    }
    setImmediate(() => this.peer?.message(message, 0, message.length));
  }
}

/** Links two nodes; what is changed in the result holds for both directions. */
export function linkNodes(a: MeshNode, b: MeshNode): LinkLimits {
  const limits: LinkLimits = { swallowsFrom: Infinity, longest: 0 };
  const [fromA, fromB] = [new TestEnd('to b', limits), new TestEnd('to a', limits)];
  fromB.peer = a.attachLink(fromA, {});
  fromA.peer = b.attachLink(fromB, {});
  return limits;
}
