import { DATA_HEADER_BYTES, writeDataHeader } from '../../wire/data-header.js';
import { MAX_HOPS } from '../../wire/message-type.js';
import { PROBLEM_TEXT, type Problem } from '../../errors.js';
import type { UnreachableNotice } from './unreachable-notice.js';
import type { Firewall } from './firewall.js';
import type { FirewallAction } from './firewall-rules.js';
import { payloadLimit, type LinkTransport } from '../links/link-transport.js';
import type { LocalQueue } from './local-queue.js';
import type { MessageTrace } from './message-trace.js';
import type { NodeRecord } from '../routing/node-record.js';
import type { NodeTable } from '../routing/node-table.js';

/** Sender and target of the messages of a path. */
export interface PathAddress {
  readonly fromService: string;
  readonly toNode: string;
  readonly toService: string;
}

/** A problem this node itself has with a message of a path. */
export type PathNotice = Omit<UnreachableNotice, 'reportedBy'>;

/** The parts of a node a path works on. */
export interface PathContext {
  readonly self: NodeRecord;
  readonly nodes: NodeTable;
  readonly local: LocalQueue;
  readonly firewall: Firewall;
  readonly trace: MessageTrace | undefined;
}

/** What becomes of a message whose room leads nowhere, once it is committed. */
interface Refusal {
  /** Undefined when the sender is to get none. */
  readonly notice: PathNotice | undefined;
}

/**
 * A path from one service to another for many messages: {@link reserve} gives room in the outgoing link's own buffer,
 * {@link commit} sends what was put there. It follows route changes by itself. A message that the firewall of this node
 * rejects, or that is larger than {@link maxPayloadBytes}, is reported to the service as if a node on the path had refused
 * it. It alone writes its fields.
 */
export class OutgoingPath {
  readonly #self: NodeRecord;
  readonly #nodes: NodeTable;
  readonly #local: LocalQueue;
  readonly #firewall: Firewall;
  readonly #trace: MessageTrace | undefined;
  readonly #address: PathAddress;
  readonly #report: (notice: PathNotice) => void;
  readonly #header = Buffer.alloc(DATA_HEADER_BYTES);
  #headerTarget: NodeRecord | undefined;
  /** Where the room given out lies: a link's buffer, a message of its own for this node, or nowhere. */
  #pending: LinkTransport | Buffer | Refusal | undefined;
  /** The room given out, with its header; only set for the trace. */
  #traced: Buffer | undefined;
  /** What the firewall said, and of which generation that is. */
  #verdict: FirewallAction = 'accept';
  #verdictOf = 0;

  constructor(
    { self, nodes, local, firewall, trace }: PathContext,
    address: PathAddress,
    report: (notice: PathNotice) => void,
  ) {
    this.#self = self;
    this.#nodes = nodes;
    this.#local = local;
    this.#firewall = firewall;
    this.#trace = trace;
    this.#address = address;
    this.#report = report;
  }

  /** Whether there is a route to the target now. */
  get hasRoute(): boolean {
    const { toNode } = this.#address;
    return toNode === this.#self.id || this.#nodes.get(toNode)?.nextHop !== undefined;
  }

  /** The largest payload the first link to the target carries at present, in bytes. A later link may carry less. */
  get maxPayloadBytes(): number {
    return payloadLimit(this.#nodes.get(this.#address.toNode)?.nextHop?.transport);
  }

  /**
   * Room for one payload of up to `length` bytes, to be filled at once and followed by {@link commit}; without a length
   * for the largest the first link carries. Undefined when
   * the outgoing link is backlogged (the node's `drain` event says when to try again) or there is no route to the
   * target (its `route` event does).
   */
  reserve(length: number = this.maxPayloadBytes): Buffer | undefined {
    const { toNode } = this.#address;
    const target = toNode === this.#self.id ? this.#self : this.#nodes.get(toNode);
    if (target === undefined) return undefined;
    if (this.#verdictOf !== this.#firewall.generation) this.#evaluate();
    if (this.#verdict !== 'accept') {
      const rejected = this.#verdict === 'reject';
      return this.#refuse(length, rejected ? this.#notice('blocked-by-firewall') : undefined);
    }
    const size = DATA_HEADER_BYTES + length;
    let room: Buffer | undefined;
    if (target === this.#self) {
      room = Buffer.allocUnsafe(size);
      this.#pending = room;
    } else {
      const transport = target.nextHop?.transport;
      const limit = payloadLimit(transport);
      if (length > limit) return this.#refuse(length, this.#notice('message-too-long', limit));
      room = transport?.reserve(size);
      if (room === undefined) return undefined;
      this.#pending = transport;
    }
    if (this.#headerTarget !== target) this.#writeHeader(target);
    this.#header.copy(room);
    if (this.#trace !== undefined) this.#traced = room;
    return room.subarray(DATA_HEADER_BYTES, size);
  }

  /** Sends the first `length` bytes of the room last reserved; 0 gives it back. */
  commit(length: number): void {
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending === undefined) return;
    const size = length === 0 ? 0 : DATA_HEADER_BYTES + length;
    if ('notice' in pending) {
      if (size > 0 && pending.notice !== undefined) this.#report(pending.notice);
      return;
    }
    if (size > 0 && this.#traced !== undefined) this.#trace?.sent(this.#traced, 0, size);
    if (!Buffer.isBuffer(pending)) pending.commit(size);
    else if (size > 0) this.#local.push(pending.subarray(0, size));
  }

  #evaluate(): void {
    this.#verdictOf = this.#firewall.generation;
    this.#verdict = this.#firewall.match({ fromNode: this.#self.id, ...this.#address }).action;
  }

  #refuse(length: number, notice: PathNotice | undefined): Buffer {
    this.#pending = { notice };
    return Buffer.allocUnsafe(length);
  }

  #notice(problem: Problem, maxPayloadBytes?: number): PathNotice {
    const { toNode, toService } = this.#address;
    return { problem: PROBLEM_TEXT[problem], toNode, toService, maxPayloadBytes };
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
