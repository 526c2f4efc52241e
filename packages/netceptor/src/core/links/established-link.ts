import { jsonOf, MESSAGE_TYPE } from '../../wire/message-type.js';
import { pingMessage } from '../../wire/ping-message.js';
import { decodeProbe, encodeProbe, LINK_VERSION } from '../../wire/probe.js';
import { decodeReject } from '../../wire/reject.js';
import type { RoutingUpdate } from '../../wire/routing-update.js';
import { decodeServiceAdvertisement } from '../../wire/service-advertisement.js';
import { readForeignUpdate } from '../routing/foreign-update.js';
import type { FloodCheck } from './flood-check.js';
import type { LinkContext } from './link-context.js';
import type { LinkHealth } from './link-health.js';
import { describeLink, type LinkInfo } from './link-info.js';
import type { LinkLog } from './link-log.js';
import type { Neighbor } from './neighbors.js';
import { costRefusal } from './peer-check.js';

/** What a peer that is alive sends on a link. */
const LIVELY: ReadonlySet<number | undefined> = new Set([
  MESSAGE_TYPE.data,
  MESSAGE_TYPE.routingUpdate,
  MESSAGE_TYPE.serviceAdvertisement,
  MESSAGE_TYPE.probe,
]);

/** What an established link asks of its session. */
export interface LinkControl {
  /** The peer has shown that it hears this node. */
  markAlive(now: number): void;
  /** The peer has sent what no node sends; after too much of it the link is given up. */
  recordViolation(now: number, isSerious: boolean): void;
  /** Gives the link up for what its peer has sent, and remembers that. */
  blame(now: number, reason: string): void;
  /** Gives the link up. */
  refuse(now: number, reason: string): void;
  /** The peer has given the link up. */
  rejected(now: number, reason: string | undefined): void;
}

/** What an established link is made of. */
export interface EstablishedLinkParts {
  readonly context: LinkContext<unknown>;
  readonly neighbor: Neighbor;
  readonly health: LinkHealth;
  readonly floodCheck: FloodCheck;
  readonly log: LinkLog;
  readonly control: LinkControl;
}

/**
 * A link whose peer has been accepted: takes what the neighbor sends, and asks it whether it lives. It alone writes its
 * fields.
 */
export class EstablishedLink {
  readonly neighbor: Neighbor;
  readonly #context: LinkContext<unknown>;
  readonly #health: LinkHealth;
  readonly #floodCheck: FloodCheck;
  readonly #log: LinkLog;
  readonly #control: LinkControl;
  /** Since when it is established, in milliseconds since 1970. */
  readonly #upSinceMs: number;
  #isListed = false;

  constructor({ context, neighbor, health, floodCheck, log, control }: EstablishedLinkParts) {
    this.neighbor = neighbor;
    this.#context = context;
    this.#health = health;
    this.#floodCheck = floodCheck;
    this.#log = log;
    this.#control = control;
    this.#upSinceMs = context.wallTime();
  }

  /** Whether the peer has listed this node among its links. */
  get isListed(): boolean {
    return this.#isListed;
  }

  info(now: number): LinkInfo {
    const wallTime = this.#context.wallTime();
    return describeLink(this.neighbor, this.#health, this.#upSinceMs, now, wallTime);
  }

  /**
   * Takes the message `chunk[start..end)`.
   *
   * @throws {MeshError} when it can't be understood
   */
  handleMessage(
    now: number,
    type: number | undefined,
    chunk: Buffer,
    start: number,
    end: number,
  ): void {
    const { dataPlane, trace } = this.#context;
    const { nodeId } = this.neighbor;
    // A peer that can answer probes shows that it hears this node by nothing else; one that ends the link does not live on it.
    if (!this.#health.canProbe && LIVELY.has(type)) this.#control.markAlive(now);
    switch (type) {
      case MESSAGE_TYPE.data:
        dataPlane.handle(chunk, start, end, nodeId);
        return;
      case MESSAGE_TYPE.routingUpdate:
      case MESSAGE_TYPE.serviceAdvertisement:
        trace?.control('Received', type, end - start, nodeId);
        this.#handleFlooded(now, type, chunk, start, end);
        return;
      case MESSAGE_TYPE.reject:
        this.#control.rejected(now, decodeReject(chunk, start, end));
        return;
      case MESSAGE_TYPE.probe:
        this.#handleProbe(now, chunk, start, end);
        return;
      default:
        this.#log.complain(now, `Dropping a message of unknown type from ${nodeId}`);
        this.#control.recordViolation(now, false);
    }
  }

  /** The peer's update says which version of links it speaks; one that answers probes is sent them from now on. */
  learnVersion(now: number, { nodeId, forwardingNode, linkVersion = 0 }: RoutingUpdate): void {
    if (nodeId !== forwardingNode || linkVersion < LINK_VERSION || this.#health.canProbe) return;
    this.#health.startProbing(now);
    this.probeIfDue(now);
    this.#context.wake(this.#health.dueAt);
  }

  /** Sends the probe that is due by now, if one is. */
  probeIfDue(now: number): void {
    const number = this.#health.takeProbe(now);
    if (number !== undefined) this.#sendProbe(number);
  }

  /** Asks the peer in any case whether it lives, by a ping when it answers no probes. */
  askIfAlive(now: number): void {
    if (this.#health.canProbe) this.#sendProbe(this.#health.probe(now));
    else {
      const ping = pingMessage(this.#context.nodeId, this.neighbor.nodeId);
      this.neighbor.transport.sendControl(ping, true);
    }
  }

  #sendProbe(number: number): void {
    this.neighbor.transport.sendControl(encodeProbe({ isAnswer: false, number }), true);
  }

  #handleProbe(now: number, chunk: Buffer, start: number, end: number): void {
    const { isAnswer, number } = decodeProbe(chunk, start, end);
    if (!isAnswer) {
      this.neighbor.transport.sendControl(encodeProbe({ isAnswer: true, number }), true);
    } else if (this.#health.probeAnswered(now, number)) this.#control.markAlive(now);
  }

  #handleFlooded(now: number, type: number, chunk: Buffer, start: number, end: number): void {
    const { routing, advertisements, work } = this.#context;
    const { nodeId } = this.neighbor;
    const verdict = this.#floodCheck.check(now, end - start, routing.reach);
    if (verdict === 'reject') this.#control.blame(now, 'it floods updates and advertisements');
    if (verdict === 'drop' && this.#floodCheck.mayReportDrop(now)) {
      this.#log.write(
        now,
        'warning',
        `Dropping updates and advertisements from ${nodeId}: it sends more than this mesh needs`,
      );
    }
    if (verdict !== 'take') return;
    if (type === MESSAGE_TYPE.routingUpdate) {
      if (routing.isRepeat(chunk, start, end, nodeId)) return;
      work.addNewMessage(end - start);
      this.#handleUpdate(now, readForeignUpdate(jsonOf(chunk, start, end)));
    } else if (!advertisements.isRepeat(chunk, start, end)) {
      work.addNewMessage(end - start);
      const advertisement = decodeServiceAdvertisement(jsonOf(chunk, start, end));
      advertisements.handle(now, advertisement, chunk.subarray(start, end), nodeId);
    }
  }

  #handleUpdate(now: number, update: RoutingUpdate): void {
    const { nodeId, routing } = this.#context;
    const { neighbor } = this;
    if (update.forwardingNode !== neighbor.nodeId) {
      this.#control.refuse(now, 'its node ID changed');
      return;
    }
    if (update.nodeId === neighbor.nodeId) {
      this.learnVersion(now, update);
      const cost = update.connections.get(nodeId);
      if (cost === undefined) {
        // A late hello says nothing about links; after the peer has listed this node it means that it gave the link up.
        if (this.#isListed && !routing.isOutdated(update))
          this.#control.refuse(now, 'it no longer lists this node');
        return;
      }
      this.#isListed = true;
      const refusal = costRefusal(cost, neighbor.cost);
      if (refusal !== undefined) {
        this.#control.refuse(now, refusal);
        return;
      }
    }
    routing.handleUpdate(now, update, neighbor.nodeId);
  }
}
