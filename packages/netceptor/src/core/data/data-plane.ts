import { errorText } from '@receptorjs/primitives';
import { errorForProblem, MeshError, PROBLEM_TEXT, type Problem } from '../../errors.js';
import {
  checkServiceName,
  DATA_HEADER_BYTES,
  DATA_OFFSET,
  MAX_SERVICE_BYTES,
  readService,
  shortDataMessage,
  writeDataHeader,
} from '../../wire/data-header.js';
import { MAX_HOPS, MAX_PAYLOAD_BYTES } from '../../wire/message-type.js';
import { isLocalhost } from '../../wire/node-id.js';
import { decodeUnreachable, encodeUnreachable } from '../../wire/unreachable.js';
import { randomName, type Environment } from '../environment.js';
import { payloadLimit } from '../links/link-transport.js';
import { DropCounts } from './drop-counts.js';
import { LocalQueue } from './local-queue.js';
import { Firewall } from './firewall.js';
import type { FirewallAction } from './firewall-rules.js';
import type { MessageTrace } from './message-trace.js';
import type { NodeRecord } from '../routing/node-record.js';
import type { NodeTable } from '../routing/node-table.js';
import { OutgoingPath, type PathContext } from './outgoing-path.js';
import type { UnreachableNotice } from './unreachable-notice.js';

/** Services every node answers itself. */
export const RESERVED_SERVICES: ReadonlySet<string> = new Set(['ping', 'unreach']);
/** What such a service's name looks like in the two 32-bit halves of a header field. */
const PING = [0x70696e67, 0x00000000] as const;
const UNREACH = [0x756e7265, 0x61636800] as const;

/** Takes what arrives for one service of this node. */
export interface ServicePort {
  /** `payload` is good until the call returns: its memory is used again. */
  receive(payload: Buffer, fromNode: string, fromService: string): void;
  /** A datagram of this service could not be delivered. */
  unreachable(notice: UnreachableNotice): void;
}

/**
 * Delivers data messages to the services of this node and hands on those for others. It alone writes the service map.
 *
 * See docs/decisions/0010-hops-drop-rather-than-hold-back.md
 * and docs/decisions/0047-a-message-too-large-for-a-link-is-reported.md.
 */
export class DataPlane {
  /** Decides about every message of this node, to it and through it, the answers to pings and the reports of problems too. */
  readonly firewall = new Firewall();
  /** Messages that were not delivered or handed on. */
  readonly drops = new DropCounts();
  readonly #self: NodeRecord;
  readonly #nodes: NodeTable;
  readonly #environment: Environment;
  readonly #trace: MessageTrace | undefined;
  readonly #pathContext: PathContext;
  readonly #services = new Map<string, ServicePort>();
  readonly #local = new LocalQueue(
    (message) => this.#deliver(message, 0, message.length),
    () => this.drops.add('local-queue-full'),
  );

  constructor(
    self: NodeRecord,
    nodes: NodeTable,
    environment: Environment,
    trace: MessageTrace | undefined,
  ) {
    this.#self = self;
    this.#nodes = nodes;
    this.#environment = environment;
    this.#trace = trace;
    this.#pathContext = { self, nodes, local: this.#local, firewall: this.firewall, trace };
  }

  /**
   * Opens a service of this node; without a name an unused random one. Returns the name.
   *
   * @throws {MeshError} `invalid-service-name`, `service-in-use`
   */
  open(service: string | undefined, port: ServicePort): string {
    const name = service ?? this.#ephemeral();
    checkServiceName(name);
    if (RESERVED_SERVICES.has(name) || this.#services.has(name)) {
      throw new MeshError('service-in-use', `service ${name} is already listening`, {
        hint: 'Choose another service name, or close the one that has it.',
      });
    }
    this.#services.set(name, port);
    return name;
  }

  /** Nothing is delivered to the service any more; its name is free again. */
  close(service: string): void {
    this.#services.delete(service);
  }

  /** The node's own name for a target: `localhost` in any case is this node. */
  resolve(nodeId: string): string {
    return isLocalhost(nodeId) ? this.#self.id : nodeId;
  }

  /** A path for many messages from one service to another, without a copy of the payload. */
  path(fromService: string, toNode: string, toService: string): OutgoingPath {
    checkServiceName(toService);
    const address = { fromService, toNode: this.resolve(toNode), toService };
    return new OutgoingPath(this.#pathContext, address, (notice) =>
      this.#notify(fromService, { ...notice, reportedBy: this.#self.id }),
    );
  }

  /**
   * Sends one message. A message that has no hops left at once is reported to the sender's port as expired; one that
   * the firewall of this node drops is gone.
   *
   * @throws {MeshError} `no-route`, `service-unknown` (only for a service of this node), `message-too-long`,
   *   `blocked-by-firewall` (by this node), `invalid-service-name`
   */
  send(
    fromService: string,
    target: string,
    toService: string,
    payload: Buffer,
    hopsToLive = MAX_HOPS,
  ): void {
    checkServiceName(toService);
    if (payload.length > MAX_PAYLOAD_BYTES) {
      throw new MeshError('message-too-long', `a message of ${payload.length} bytes is too long`, {
        hint: `A message has at most ${MAX_PAYLOAD_BYTES} bytes.`,
        maxPayloadBytes: MAX_PAYLOAD_BYTES,
      });
    }
    const toNode = this.resolve(target);
    const isLocal = toNode === this.#self.id;
    const { firewall } = this;
    if (firewall.active) {
      const { action } = firewall.match({
        fromNode: this.#self.id,
        toNode,
        fromService,
        toService,
      });
      if (action === 'drop') {
        this.drops.add('firewall-drop');
        return;
      }
      if (action === 'reject') throw errorForProblem(PROBLEM_TEXT['blocked-by-firewall']);
    }
    if (isLocal && !RESERVED_SERVICES.has(toService) && !this.#services.has(toService)) {
      throw errorForProblem(PROBLEM_TEXT['service-unknown']);
    }
    const record = isLocal ? this.#self : this.#nodes.get(toNode);
    if (!isLocal && hopsToLive <= 0) {
      this.#notify(fromService, {
        problem: PROBLEM_TEXT['message-expired'],
        reportedBy: this.#self.id,
        toNode,
        toService,
      });
      return;
    }
    if (record === undefined || (!isLocal && record.nextHop === undefined)) {
      throw errorForProblem(PROBLEM_TEXT['no-route']);
    }
    const limit = payloadLimit(isLocal ? undefined : record.nextHop?.transport);
    if (payload.length > limit) {
      throw errorForProblem(PROBLEM_TEXT['message-too-long'], limit);
    }
    const message = Buffer.allocUnsafe(DATA_HEADER_BYTES + payload.length);
    writeDataHeader(message, 0, {
      hopsToLive: isLocal ? hopsToLive : hopsToLive - 1,
      fromNode: this.#self.hash,
      toNode: record.hash,
      fromService,
      toService,
    });
    payload.copy(message, DATA_HEADER_BYTES);
    this.#trace?.sent(message, 0, message.length);
    if (!isLocal) this.#trace?.forwarded(payload.length, record.nextHop?.nodeId ?? '');
    if (isLocal) this.#local.push(message);
    else if (isUrgent(message, 0)) record.nextHop?.transport.sendControl(message, true);
    else record.nextHop?.transport.sendData(message, 0, message.length);
  }

  /** Takes the data message `chunk[start..end)` from the link with a peer. */
  handle(chunk: Buffer, start: number, end: number, peer: string): void {
    if (end - start < DATA_HEADER_BYTES) throw shortDataMessage(end - start);
    this.#trace?.received(chunk, start, end, peer);
    const high = chunk.readInt32BE(start + DATA_OFFSET.toNode);
    const low = chunk.readInt32BE(start + DATA_OFFSET.toNode + 4);
    const { hash } = this.#self;
    const isLocal = low === hash.low && high === hash.high;
    // What this node sends to itself never goes over a link.
    if (isLocal && this.#sender(chunk, start) === this.#self) return;
    const target = isLocal ? this.#self : this.#nodes.find(high, low);
    if (this.firewall.active && target !== undefined && !this.#admits(chunk, start, end, target)) {
      return;
    }
    if (isLocal) this.#deliver(chunk, start, end);
    else this.#forward(chunk, start, end, target);
  }

  /** Whether the firewall lets a message from a link pass; if not, its sender has got a notice when a rule says so. */
  #admits(chunk: Buffer, start: number, end: number, target: NodeRecord): boolean {
    const key = chunk.toString('latin1', start + DATA_OFFSET.fromNode, start + DATA_HEADER_BYTES);
    const action = this.firewall.decided(key) ?? this.#decide(key, chunk, start, target);
    if (action === 'reject') this.#refuse(chunk, start, end, target, 'blocked-by-firewall');
    if (action === 'drop') {
      this.drops.add('firewall-drop');
      this.#trace?.refused(chunk, start, end, 'dropped by firewall');
    }
    return action === 'accept';
  }

  #decide(key: string, chunk: Buffer, start: number, target: NodeRecord): FirewallAction {
    const from = this.#sender(chunk, start);
    // No rule can be asked about a sender without a name.
    if (from === undefined) return 'drop';
    return this.firewall.decide(key, {
      fromNode: from.id,
      toNode: target.id,
      fromService: readService(chunk, start + DATA_OFFSET.fromService),
      toService: readService(chunk, start + DATA_OFFSET.toService),
    });
  }

  #forward(chunk: Buffer, start: number, end: number, target: NodeRecord | undefined): void {
    if (target === undefined) {
      this.drops.add('unknown-node');
      this.#environment.log.debug('Dropping a message for a node that is not known');
      return;
    }
    const hops = chunk.readUInt8(start + DATA_OFFSET.hopsToLive);
    if (hops === 0) {
      this.#refuse(chunk, start, end, target, 'message-expired');
      return;
    }
    const next = target.nextHop;
    if (next === undefined) {
      this.#refuse(chunk, start, end, target, 'no-route');
      return;
    }
    const limit = payloadLimit(next.transport);
    if (end - start - DATA_HEADER_BYTES > limit) {
      this.#refuse(chunk, start, end, target, 'message-too-long', limit);
      return;
    }
    chunk.writeUInt8(hops - 1, start + DATA_OFFSET.hopsToLive);
    this.#trace?.forwarded(end - start - DATA_HEADER_BYTES, next.nodeId);
    if (isUrgent(chunk, start))
      next.transport.sendControl(Buffer.from(chunk.subarray(start, end)), true);
    else next.transport.sendData(chunk, start, end);
  }

  #deliver(chunk: Buffer, start: number, end: number): void {
    const from = this.#sender(chunk, start);
    if (from === undefined) {
      this.drops.add('unknown-node');
      this.#environment.log.debug('Dropping a message from a node that is not known');
      return;
    }
    const toService = readService(chunk, start + DATA_OFFSET.toService);
    const fromService = readService(chunk, start + DATA_OFFSET.fromService);
    const port = this.#services.get(toService);
    if (port !== undefined) {
      port.receive(chunk.subarray(start + DATA_HEADER_BYTES, end), from.id, fromService);
    } else if (toService === 'ping') {
      // No node pings from a reserved service: the answer would be answered in turn, without end.
      if (!RESERVED_SERVICES.has(fromService))
        this.#answer(from, 'ping', fromService, Buffer.alloc(0));
    } else if (toService === 'unreach') {
      this.#takeUnreachable(chunk.subarray(start + DATA_HEADER_BYTES, end), from.id);
    } else {
      this.#refuse(chunk, start, end, this.#self, 'service-unknown');
    }
  }

  /** Sends the sender of a message a notice of what became of it; an unreachable message is never answered by one. */
  #refuse(
    chunk: Buffer,
    start: number,
    end: number,
    target: NodeRecord,
    problem: Problem,
    maxPayloadBytes?: number,
  ): void {
    this.drops.add(problem);
    this.#trace?.refused(chunk, start, end, PROBLEM_TEXT[problem]);
    const from = this.#sender(chunk, start);
    const fromService = readService(chunk, start + DATA_OFFSET.fromService);
    if (from === undefined || fromService === 'unreach') return;
    const toService = readService(chunk, start + DATA_OFFSET.toService);
    this.refuse(problem, from.id, fromService, target.id, toService, maxPayloadBytes);
  }

  /** Sends the sender of a message for `toService` of `toNode` an unreachable message. */
  refuse(
    problem: Problem,
    fromNode: string,
    fromService: string,
    toNode: string,
    toService: string,
    maxPayloadBytes?: number,
  ): void {
    const from = this.#nodes.get(fromNode);
    if (from === undefined || fromService === 'unreach') return;
    const notice = { problem: PROBLEM_TEXT[problem], toNode, toService, maxPayloadBytes };
    if (from === this.#self) {
      this.#notify(fromService, { ...notice, reportedBy: this.#self.id });
      return;
    }
    this.#answer(
      from,
      'unreach',
      'unreach',
      encodeUnreachable({ fromNode, fromService, ...notice }),
    );
  }

  #answer(to: NodeRecord, fromService: string, toService: string, payload: Buffer): void {
    if (toService === '' || (to !== this.#self && to.nextHop === undefined)) return;
    try {
      this.send(fromService, to.id, toService, payload);
    } catch (error) {
      const reason = errorText(error);
      this.#environment.log.debug(`Could not answer ${to.id}: ${reason}`);
    }
  }

  #takeUnreachable(payload: Buffer, reportedBy: string): void {
    try {
      const { fromNode, fromService, ...notice } = decodeUnreachable(payload);
      if (fromNode === this.#self.id) this.#notify(fromService, { ...notice, reportedBy });
    } catch (error) {
      // The link it came over is not to blame for what a far node writes.
      if (!(error instanceof MeshError)) throw error;
      this.#environment.log.debug(`Dropping a report of ${reportedBy}: ${error.message}`);
    }
  }

  #notify(service: string, notice: UnreachableNotice): void {
    this.#services.get(service)?.unreachable(notice);
  }

  #sender(chunk: Buffer, start: number): NodeRecord | undefined {
    return this.#nodes.find(
      chunk.readInt32BE(start + DATA_OFFSET.fromNode),
      chunk.readInt32BE(start + DATA_OFFSET.fromNode + 4),
    );
  }

  #ephemeral(): string {
    for (;;) {
      const name = randomName(() => this.#environment.random());
      if (!this.#services.has(name) && !RESERVED_SERVICES.has(name)) return name;
    }
  }
}

/** Whether a message is to go ahead of data: a ping, its answer, or a report. */
function isUrgent(chunk: Buffer, start: number): boolean {
  for (const field of [DATA_OFFSET.toService, DATA_OFFSET.fromService]) {
    const first = chunk.readInt32BE(start + field);
    if (first !== PING[0] && first !== UNREACH[0]) continue;
    const rest = chunk.readInt32BE(start + field + MAX_SERVICE_BYTES / 2);
    if (rest === (first === PING[0] ? PING[1] : UNREACH[1])) return true;
  }
  return false;
}
