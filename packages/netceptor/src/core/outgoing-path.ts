import { DATA_HEADER_BYTES, writeDataHeader } from '../wire/data-header.js';
import { MAX_HOPS, MAX_PAYLOAD_BYTES } from '../wire/message-type.js';
import type { LinkTransport } from './link-transport.js';
import type { LocalQueue } from './local-queue.js';
import type { NodeRecord, NodeTable } from './node-table.js';

/** Sender and target of the messages of a path. */
export interface PathAddress {
  readonly fromService: string;
  readonly toNode: string;
  readonly toService: string;
}

/**
 * A way from one service to another for many messages: {@link reserve} gives room in the outgoing link's own buffer,
 * {@link commit} sends what was put there. It follows route changes by itself. It alone writes its fields.
 */
export class OutgoingPath {
  readonly #self: NodeRecord;
  readonly #nodes: NodeTable;
  readonly #local: LocalQueue;
  readonly #address: PathAddress;
  readonly #header = Buffer.alloc(DATA_HEADER_BYTES);
  #headerTarget: NodeRecord | undefined;
  /** Where the room given out lies: a link's buffer, or a message of its own for this node. */
  #pending: LinkTransport | Buffer | undefined;

  constructor(self: NodeRecord, nodes: NodeTable, local: LocalQueue, address: PathAddress) {
    this.#self = self;
    this.#nodes = nodes;
    this.#local = local;
    this.#address = address;
  }

  /** Whether there is a way to the target now. */
  get hasRoute(): boolean {
    const { toNode } = this.#address;
    return toNode === this.#self.id || this.#nodes.get(toNode)?.nextHop !== undefined;
  }

  /**
   * Room for one payload of up to `length` bytes, to be filled at once and followed by {@link commit}. Undefined when
   * the outgoing link is backlogged (the node's `drain` event says when to try again) or there is no way to the
   * target (its `route` event does).
   */
  reserve(length: number = MAX_PAYLOAD_BYTES): Buffer | undefined {
    const { toNode } = this.#address;
    const target = toNode === this.#self.id ? this.#self : this.#nodes.get(toNode);
    if (target === undefined) return undefined;
    const size = DATA_HEADER_BYTES + length;
    let room: Buffer | undefined;
    if (target === this.#self) {
      room = Buffer.allocUnsafe(size);
      this.#pending = room;
    } else {
      const transport = target.nextHop?.transport;
      room = transport?.reserve(size);
      if (room === undefined) return undefined;
      this.#pending = transport;
    }
    if (this.#headerTarget !== target) this.#writeHeader(target);
    this.#header.copy(room);
    return room.subarray(DATA_HEADER_BYTES, size);
  }

  /** Sends the first `length` bytes of the room last reserved; 0 gives it back. */
  commit(length: number): void {
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending === undefined) return;
    const size = length === 0 ? 0 : DATA_HEADER_BYTES + length;
    if (!Buffer.isBuffer(pending)) pending.commit(size);
    else if (size > 0) this.#local.push(pending.subarray(0, size));
  }

  #writeHeader(target: NodeRecord): void {
    const { fromService, toService } = this.#address;
    writeDataHeader(this.#header, 0, {
      hopsToLive: target === this.#self ? MAX_HOPS : MAX_HOPS - 1,
      fromNode: this.#self.hash,
      toNode: target.hash,
      fromService,
      toService,
    });
    this.#headerTarget = target;
  }
}
