import { MeshError } from '../errors.js';
import { MESSAGE_TYPE } from '../wire/message-type.js';
import { isNodeId } from '../wire/node-id.js';
import { encodeReject } from '../wire/reject.js';
import {
  decodeRoutingUpdate,
  encodeRoutingUpdate,
  type RoutingUpdate,
} from '../wire/routing-update.js';
import { decodeServiceAdvertisement } from '../wire/service-advertisement.js';
import type { Advertisements } from './advertisements.js';
import type { DataPlane } from './data-plane.js';
import type { EmitEvent } from './events.js';
import type { LinkTransport } from './link-transport.js';
import type { Logger } from '../logger.js';
import type { Neighbour, Neighbours } from './neighbours.js';
import type { Routing } from './routing.js';

/** How often a link says who it is while the peer has not, and how many times. */
const HELLO_INTERVAL_MS = 1000;
const MAX_HELLOS = 10;
/** A link that looks idle is given so long before it counts as idle: what arrived while the process stood still is read first. */
const IDLE_GRACE_MS = 1000;

/** What a link costs and whom it accepts. */
export interface LinkOptions {
  /** Positive; default 1. Both ends must agree. */
  readonly cost?: number;
  /** Costs for single peers, instead of `cost`. */
  readonly nodeCost?: Readonly<Record<string, number>>;
  /** The only node IDs accepted; any when undefined. */
  readonly allowedPeers?: readonly string[];
}

/** The parts of a node a link works on. */
export interface LinkContext {
  readonly nodeId: string;
  readonly maxIdleMs: number;
  readonly log: Logger;
  readonly neighbours: Neighbours;
  readonly routing: Routing;
  readonly advertisements: Advertisements;
  readonly dataPlane: DataPlane;
  readonly emit: EmitEvent;
}

/**
 * Checks costs.
 *
 * @throws {MeshError} `invalid-cost`
 */
export function checkLinkOptions({ cost = 1, nodeCost = {} }: LinkOptions): void {
  for (const value of [cost, ...Object.values(nodeCost)]) {
    if (Number.isFinite(value) && value > 0) continue;
    throw new MeshError('invalid-cost', `link cost ${value} is not valid`, {
      hint: 'A cost is a positive number.',
    });
  }
}

/**
 * One link: says hello until the peer has named itself, then takes its messages until either end gives it up. It alone
 * writes its fields.
 */
export class LinkSession {
  readonly #context: LinkContext;
  readonly #transport: LinkTransport;
  readonly #options: LinkOptions;
  #state: 'greeting' | 'established' | 'closed' = 'greeting';
  #hellos = 0;
  #nextHelloAt: number;
  #receivedAt: number;
  #suspectSince: number | undefined;
  /** Set while established. */
  #neighbour: Neighbour | undefined;
  /** Whether the peer has listed this node among its links. */
  #listed = false;
  #wasEstablished = false;

  constructor(now: number, context: LinkContext, transport: LinkTransport, options: LinkOptions) {
    this.#context = context;
    this.#transport = transport;
    this.#options = options;
    this.#receivedAt = now;
    this.#nextHelloAt = now;
    this.handleTimeout(now);
  }

  /** Whether the peer has named itself and been accepted, at any time. */
  get wasEstablished(): boolean {
    return this.#wasEstablished;
  }

  get closed(): boolean {
    return this.#state === 'closed';
  }

  /** When {@link handleTimeout} wants to be called next, as far as is known now. */
  get dueAt(): number {
    if (this.#state === 'closed') return Infinity;
    if (this.#state === 'greeting') return this.#nextHelloAt;
    return this.#suspectSince === undefined
      ? this.#receivedAt + this.#context.maxIdleMs
      : this.#suspectSince + IDLE_GRACE_MS;
  }

  /** Takes the message `chunk[start..end)`. Anything wrong with it ends here: with a log line, or with the link. */
  handleMessage(now: number, chunk: Buffer, start: number, end: number): void {
    if (this.#state === 'closed') return;
    this.#receivedAt = now;
    this.#suspectSince = undefined;
    const type = end > start ? chunk[start] : undefined;
    try {
      if (this.#state === 'greeting') {
        if (type === MESSAGE_TYPE.routingUpdate) this.#establish(now, jsonOf(chunk, start, end));
        else if (type === MESSAGE_TYPE.reject) this.#end(now, 'the peer rejected the link');
      } else {
        this.#handleEstablished(now, type, chunk, start, end);
      }
    } catch (error) {
      if (!(error instanceof MeshError)) throw error;
      this.#context.log.warning(
        `Dropping a message from ${this.#peerName()} that can't be understood: ${error.message}`,
      );
    }
  }

  /** The transport is closed. */
  handleClosed(now: number, reason: string): void {
    this.#end(now, reason);
  }

  handleTimeout(now: number): void {
    if (this.#state === 'greeting' && now >= this.#nextHelloAt) {
      if (this.#hellos >= MAX_HELLOS) {
        this.#end(now, 'the peer did not say who it is');
        return;
      }
      this.#hellos++;
      this.#nextHelloAt = now + HELLO_INTERVAL_MS;
      this.#transport.sendControl(encodeRoutingUpdate(this.#context.routing.ownUpdate()));
    }
    if (this.#state !== 'established' || now < this.#receivedAt + this.#context.maxIdleMs) return;
    this.#suspectSince ??= now;
    if (now >= this.#suspectSince + IDLE_GRACE_MS) {
      this.#end(now, `nothing was received for ${this.#context.maxIdleMs / 1000} s`);
    }
  }

  #handleEstablished(
    now: number,
    type: number | undefined,
    chunk: Buffer,
    start: number,
    end: number,
  ): void {
    const { dataPlane, advertisements, log } = this.#context;
    switch (type) {
      case MESSAGE_TYPE.data:
        dataPlane.handle(chunk, start, end);
        return;
      case MESSAGE_TYPE.routingUpdate:
        this.#handleUpdate(now, decodeRoutingUpdate(jsonOf(chunk, start, end)));
        return;
      case MESSAGE_TYPE.serviceAdvertisement:
        advertisements.handle(
          now,
          decodeServiceAdvertisement(jsonOf(chunk, start, end)),
          chunk.subarray(start, end),
          this.#peerName(),
        );
        return;
      case MESSAGE_TYPE.reject:
        this.#end(now, 'the peer rejected the link');
        return;
      default:
        log.warning(`Dropping a message of unknown type from ${this.#peerName()}`);
    }
  }

  #establish(now: number, json: string): void {
    const { nodeId, neighbours, routing, advertisements, log, emit } = this.#context;
    const update = decodeRoutingUpdate(json);
    const peer = update.forwardingNode;
    const { cost = 1, nodeCost, allowedPeers } = this.#options;
    if (peer === nodeId) {
      this.#refuse(now, peer, 'it uses the ID of this node');
      return;
    }
    if (!isNodeId(peer)) {
      this.#refuse(now, peer, 'its node ID is not valid');
      return;
    }
    if (allowedPeers !== undefined && !allowedPeers.includes(peer)) {
      this.#refuse(now, peer, 'it is not in the allowed peers list');
      return;
    }
    const incumbent = neighbours.get(peer);
    if (incumbent !== undefined) {
      // If that link is a leftover of the peer's earlier life, its machine says so when something arrives on it.
      incumbent.transport.sendControl(encodeRoutingUpdate(routing.ownUpdate()));
      this.#refuse(now, peer, 'there is a link with that node already');
      return;
    }
    const peerCost =
      nodeCost !== undefined && Object.hasOwn(nodeCost, peer) ? nodeCost[peer] : cost;
    this.#neighbour = { nodeId: peer, transport: this.#transport, cost: peerCost ?? cost };
    this.#state = 'established';
    this.#wasEstablished = true;
    neighbours.set(this.#neighbour);
    log.info(`Connection established with ${peer}`);
    emit({ type: 'link-up', nodeId: peer, cost: this.#neighbour.cost });
    routing.linkUp(now, this.#neighbour, update);
    advertisements.linkUp(this.#neighbour);
  }

  #handleUpdate(now: number, update: RoutingUpdate): void {
    const { nodeId, routing } = this.#context;
    const neighbour = this.#neighbour;
    if (neighbour === undefined) return;
    if (update.forwardingNode !== neighbour.nodeId) {
      this.#refuse(now, neighbour.nodeId, 'its node ID changed');
      return;
    }
    if (update.nodeId === neighbour.nodeId) {
      const cost = update.connections.get(nodeId);
      if (cost === undefined) {
        // A late hello says nothing about links; after the peer has listed this node it means that it gave the link up.
        if (this.#listed) this.#refuse(now, neighbour.nodeId, 'it no longer lists this node');
        return;
      }
      this.#listed = true;
      if (cost !== neighbour.cost) {
        this.#refuse(
          now,
          neighbour.nodeId,
          `it has cost ${cost} for the link and this node ${neighbour.cost}`,
        );
        return;
      }
    }
    routing.handleUpdate(now, update, neighbour.nodeId);
  }

  #refuse(now: number, peer: string, reason: string): void {
    this.#context.log.error(`Rejected the link with node ${peer} because ${reason}`);
    this.#transport.sendControl(encodeReject());
    this.#end(now, `rejected: ${reason}`);
  }

  #end(now: number, reason: string): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#transport.close();
    const neighbour = this.#neighbour;
    this.#neighbour = undefined;
    if (neighbour === undefined) {
      this.#context.log.warning(`Link ${this.#transport.description} ended: ${reason}`);
      return;
    }
    this.#context.neighbours.delete(neighbour.nodeId);
    this.#context.log.warning(`Connection with ${neighbour.nodeId} ended: ${reason}`);
    this.#context.emit({ type: 'link-down', nodeId: neighbour.nodeId, reason });
    this.#context.routing.linkDown(now, neighbour.nodeId);
  }

  #peerName(): string {
    return this.#neighbour?.nodeId ?? this.#transport.description;
  }
}

function jsonOf(chunk: Buffer, start: number, end: number): string {
  return chunk.toString('utf8', start + 1, end);
}
