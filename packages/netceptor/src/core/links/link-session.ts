import { MeshError } from '../../errors.js';
import { jsonOf, MAX_MESSAGE_BYTES, MESSAGE_TYPE } from '../../wire/message-type.js';
import { decodeReject, encodeReject } from '../../wire/reject.js';
import { encodeRoutingUpdate, type RoutingUpdate } from '../../wire/routing-update.js';
import { DuplicateLinkChallenge } from './duplicate-link-challenge.js';
import { EstablishedLink } from './established-link.js';
import { FloodCheck } from './flood-check.js';
import type { LinkContext } from './link-context.js';
import { readForeignUpdate } from '../routing/foreign-update.js';
import { LinkHealth } from './link-health.js';
import type { LinkInfo } from './link-info.js';
import { LinkLog } from './link-log.js';
import { Greeting } from './greeting.js';
import { costFor, type LinkOptions } from './link-options.js';
import type { LinkTransport } from './link-transport.js';
import type { Neighbor } from './neighbors.js';
import { ownCopy } from '../own-copy.js';
import { costRefusal, refusalOf } from './peer-check.js';
import { WaitingMessages } from './waiting-messages.js';

/**
 * One link: says hello until the peer has named itself, then takes its messages until either end gives it up. Where its
 * transport wants that, it says nothing else until the peer has listed this node. It alone writes its fields.
 *
 * A second link with the same peer waits while the first is asked whether it lives; it is refused when the first does,
 * and takes its place when nothing is heard for two seconds.
 *
 * See docs/decisions/0013-time-is-checked-after-reading.md
 * and docs/decisions/0017-links-are-probed.md.
 */
export class LinkSession {
  readonly #context: LinkContext<LinkSession>;
  readonly #transport: LinkTransport;
  readonly #options: LinkOptions;
  readonly #health: LinkHealth;
  readonly #floodCheck: FloodCheck;
  readonly #log: LinkLog;
  #state: 'greeting' | 'waiting' | 'established' | 'closed' = 'greeting';
  readonly #greeting: Greeting;
  /** What arrives before the link is established, of a peer that has named itself. */
  readonly #waiting = new WaitingMessages();
  /** Set while established. */
  #link: EstablishedLink | undefined;
  #wasEstablished = false;
  #wasRefused = false;
  #challenge: DuplicateLinkChallenge<LinkSession> | undefined;

  constructor(
    now: number,
    context: LinkContext<LinkSession>,
    transport: LinkTransport,
    options: LinkOptions,
  ) {
    this.#context = context;
    this.#transport = transport;
    this.#options = options;
    this.#health = new LinkHealth(now, context.maxIdleMs);
    this.#greeting = new Greeting(now);
    this.#floodCheck = new FloodCheck(context.accounts, transport.origin);
    this.#log = new LinkLog(context.log, context.accounts, transport);
    this.handleTimeout(now);
  }

  /** Whether the peer has named itself and been accepted, at any time. */
  get wasEstablished(): boolean {
    return this.#wasEstablished;
  }

  /** Whether one end has rejected the other, rather than a link that stood. */
  get wasRefused(): boolean {
    return this.#wasRefused;
  }

  /** Whether the link has ended; it does nothing any more. */
  get closed(): boolean {
    return this.#state === 'closed';
  }

  /** When {@link handleTimeout} wants to be called next, as far as is known now. */
  get dueAt(): number {
    switch (this.#state) {
      case 'greeting':
        return this.#greeting.dueAt;
      case 'established':
        return Math.min(this.#health.dueAt, this.#challenge?.dueAt ?? Infinity);
      default:
        return Infinity;
    }
  }

  /** What is known of the link; undefined while it is not established. */
  info(now: number): LinkInfo | undefined {
    return this.#link?.info(now);
  }

  /** Takes the message `chunk[start..end)`. Anything wrong with it ends here: with a log line, or with the link. */
  handleMessage(now: number, chunk: Buffer, start: number, end: number): void {
    if (this.#state === 'closed') return;
    this.#health.received(now);
    this.#context.work.add(10);
    const type = end > start ? chunk[start] : undefined;
    try {
      if (end - start > MAX_MESSAGE_BYTES) {
        throw new MeshError('malformed-message', `it has ${end - start} bytes`);
      }
      if (this.#link !== undefined) this.#link.handleMessage(now, type, chunk, start, end);
      else if (type === MESSAGE_TYPE.reject) this.#rejected(now, decodeReject(chunk, start, end));
      else if (this.#state === 'waiting')
        this.#waiting.push(Buffer.from(chunk.subarray(start, end)));
      else if (type === MESSAGE_TYPE.routingUpdate) this.#meet(now, chunk, start, end);
      else if (this.#greeting.first !== undefined)
        this.#waiting.push(Buffer.from(chunk.subarray(start, end)));
      else this.#recordViolation(now, false);
    } catch (error) {
      if (!(error instanceof MeshError)) throw error;
      this.#log.complain(
        now,
        `Dropping a message from ${this.#peerName()} that can't be understood: ${error.message}`,
      );
      // Advertisements are handed on as they are: the peer need not be to blame for what they say.
      const isSerious = type !== MESSAGE_TYPE.serviceAdvertisement;
      if (error.code === 'malformed-message') this.#recordViolation(now, isSerious);
    }
  }

  /** The transport is closed. */
  handleClosed(now: number, reason: string): void {
    this.#end(now, reason);
  }

  /** Does what is due by now; see {@link dueAt}. */
  handleTimeout(now: number): void {
    if (this.#state === 'greeting') this.#greet(now);
    else if (this.#state === 'established') this.#checkHealth(now);
  }

  #greet(now: number): void {
    const { first } = this.#greeting;
    const next = this.#greeting.next(now);
    if (next === 'say') this.#sendOwnUpdate();
    else if (next === 'take' && first !== undefined) this.#take(now, first);
    else if (next === 'give up') {
      const what = first === undefined ? 'say who it is' : 'list this node among its links';
      this.#end(now, `the peer did not ${what}`);
    }
  }

  #checkHealth(now: number): void {
    if (this.#challenge?.session.closed === true) this.#challenge = undefined;
    const verdict =
      this.#challenge?.hasWon(now) === true
        ? 'a newer link with that node has taken its place'
        : this.#health.failure(now);
    if (verdict !== undefined) this.#giveUp(now, verdict);
    else this.#link?.probeIfDue(now);
  }

  /** The peer has named itself. */
  #meet(now: number, chunk: Buffer, start: number, end: number): void {
    const { nodeId, wake } = this.#context;
    const update = readForeignUpdate(jsonOf(chunk, start, end));
    const peer = update.forwardingNode;
    const { origin, waitsToBeListed } = this.#transport;
    const refusal = refusalOf(now, peer, origin, this.#options, this.#context);
    if (refusal !== undefined) {
      this.#refuse(now, refusal.peer, refusal.reason);
      return;
    }
    if (waitsToBeListed !== true) {
      this.#take(now, update);
      return;
    }
    const { first } = this.#greeting;
    const cost = update.nodeId === peer ? update.connections.get(nodeId) : undefined;
    const isTaken = this.#greeting.heard(now, update, cost !== undefined);
    if (first !== undefined) this.#waiting.push(Buffer.from(chunk.subarray(start, end)));
    const ours = costFor(this.#options, peer);
    const disagreement = cost === undefined ? undefined : costRefusal(cost, ours);
    if (disagreement !== undefined) this.#refuse(now, peer, disagreement);
    else if (isTaken) this.#take(now, first ?? update);
    else wake(this.dueAt);
  }

  #take(now: number, update: RoutingUpdate): void {
    const incumbent = this.#context.established.get(update.forwardingNode);
    if (incumbent === undefined) this.#accept(now, update);
    else incumbent.#contend(now, this, update);
  }

  /** A second link with the same peer: this one has to show that it lives. */
  #contend(now: number, session: LinkSession, first: RoutingUpdate): void {
    if (this.#challenge?.session.closed === false) {
      session.#refuse(now, first.forwardingNode, 'there is a link with that node already');
      return;
    }
    session.#state = 'waiting';
    this.#challenge = new DuplicateLinkChallenge(now, session, first);
    this.#context.wake(this.#challenge.dueAt);
    // If this link is a leftover of the peer's earlier life, its machine says so when something arrives on it.
    this.#sendOwnUpdate();
    this.#link?.askIfAlive(now);
  }

  /** This link lives: the one that waited for its end is refused. */
  #dismissChallenge(now: number): void {
    const challenge = this.#challenge;
    if (challenge === undefined) return;
    this.#challenge = undefined;
    const { session, first } = challenge;
    if (session.closed) return;
    session.#refuse(now, first.forwardingNode, 'there is a link with that node already');
  }

  #accept(now: number, update: RoutingUpdate): void {
    const { accounts, neighbors, established, routing, advertisements, emit } = this.#context;
    const peer = ownCopy(update.forwardingNode);
    const cost = costFor(this.#options, peer);
    const neighbor: Neighbor = {
      nodeId: peer,
      transport: this.#transport,
      cost,
      refuse: (at, reason) => this.#refuse(at, peer, reason),
    };
    const link = this.#establish(neighbor);
    this.#link = link;
    this.#state = 'established';
    this.#wasEstablished = true;
    this.#health.received(now);
    neighbors.set(neighbor);
    established.set(peer, this);
    this.#log.write(now, 'info', `Connection established with ${peer}`);
    emit({ type: 'link-up', nodeId: peer, cost });
    this.#floodCheck.named(peer);
    const isSynced = accounts.maySync(now, peer, this.#transport.origin);
    routing.linkUp(now, neighbor, update, isSynced);
    if (this.closed) return;
    advertisements.linkUp(neighbor, isSynced);
    link.learnVersion(now, update);
    for (const message of this.#waiting.take()) {
      this.handleMessage(now, message, 0, message.length);
    }
  }

  #establish(neighbor: Neighbor): EstablishedLink {
    return new EstablishedLink({
      context: this.#context,
      neighbor,
      health: this.#health,
      floodCheck: this.#floodCheck,
      log: this.#log,
      control: {
        markAlive: (now) => this.#dismissChallenge(now),
        recordViolation: (now, isSerious) => this.#recordViolation(now, isSerious),
        blame: (now, reason) => this.#blame(now, reason),
        refuse: (now, reason) => this.#refuse(now, neighbor.nodeId, reason),
        rejected: (now, reason) => this.#rejected(now, reason),
      },
    });
  }

  /** The peer has sent what no node sends; after too much of it the link is given up. */
  #recordViolation(now: number, isSerious: boolean): void {
    if (this.#state === 'closed' || this.#floodCheck.recordViolation(now, isSerious)) return;
    this.#blame(now, "it keeps sending what can't be understood");
  }

  /** Gives the link up for what its peer has sent, and remembers that. */
  #blame(now: number, reason: string): void {
    const name = this.#peerName();
    this.#context.accounts.penalize(now, name, this.#transport.origin);
    this.#context.routing.distrust(name);
    this.#refuse(now, name, reason);
  }

  /** Writes about the end of a link; while it has not been established, within the limits for failed ones. */
  #logEnd(now: number, level: 'error' | 'warning', line: string): void {
    if (this.#wasEstablished) this.#log.write(now, level, line);
    else this.#log.writeFailure(now, level, line);
  }

  #sendOwnUpdate(): void {
    this.#transport.sendControl(encodeRoutingUpdate(this.#context.routing.ownUpdate()));
  }

  #refuse(now: number, peer: string, reason: string): void {
    if (this.#state === 'closed') return;
    this.#wasRefused = !this.#wasEstablished;
    this.#logEnd(now, 'error', `Rejected the link with node ${peer} because ${reason}`);
    this.#giveUp(now, `rejected: ${reason}`, reason);
  }

  #rejected(now: number, reason: string | undefined): void {
    this.#wasRefused = this.#link?.isListed !== true;
    this.#end(now, `the peer rejected the link${reason === undefined ? '' : `: ${reason}`}`, true);
  }

  /** Ends the link and sends the peer the reason, where that still reaches it. */
  #giveUp(now: number, reason: string, peerReason = reason): void {
    this.#transport.sendControl(encodeReject(peerReason));
    this.#end(now, reason, true);
  }

  /** @param knownToPeer - Whether one end has rejected the link, so that there is nothing more to say. */
  #end(now: number, reason: string, knownToPeer = false): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#transport.close(knownToPeer);
    const { neighbors, established, emit, routing } = this.#context;
    const neighbor = this.#link?.neighbor;
    this.#link = undefined;
    if (neighbor === undefined) {
      const link = this.#transport.description;
      this.#logEnd(now, 'warning', `Link ${link} ended: ${reason}`);
      emit({ type: 'link-failed', link, reason });
      return;
    }
    neighbors.delete(neighbor.nodeId);
    established.delete(neighbor.nodeId);
    this.#log.write(now, 'warning', `Connection with ${neighbor.nodeId} ended: ${reason}`);
    emit({ type: 'link-down', nodeId: neighbor.nodeId, reason });
    routing.linkDown(now, neighbor.nodeId);
    const challenge = this.#challenge;
    this.#challenge = undefined;
    if (challenge !== undefined && !challenge.session.closed) {
      challenge.session.#accept(now, challenge.first);
    }
  }

  #peerName(): string {
    return this.#link?.neighbor.nodeId ?? this.#transport.description;
  }
}
