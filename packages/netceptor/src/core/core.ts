import type { ServiceAdvertisement } from '../wire/service-advertisement.js';
import { checkOwnNodeId } from '../wire/node-id.js';
import { Advertisements } from './routing/advertisements.js';
import { DataPlane } from './data/data-plane.js';
import type { Environment } from './environment.js';
import type { CoreEvent } from './events.js';
import type { FirewallRule } from './data/firewall-rules.js';
import { guardedLog } from './guarded-log.js';
import type { LinkContext } from './links/link-context.js';
import type { LinkInfo } from './links/link-info.js';
import { checkLinkOptions, type LinkOptions } from './links/link-options.js';
import { LinkSession } from './links/link-session.js';
import { knownConnections } from './routing/known-connections.js';
import type { LinkTransport } from './links/link-transport.js';
import { MessageTrace } from './data/message-trace.js';
import { Neighbors } from './links/neighbors.js';
import { NodeRecord } from './routing/node-record.js';
import { NodeTable } from './routing/node-table.js';
import { PeerAccounts } from './links/peer-accounts.js';
import { Routing } from './routing/routing.js';
import { Work } from './work.js';

/** A link with nothing received for so long is dropped, unless said otherwise: two periods of updates and a second. */
export const DEFAULT_MAX_IDLE_MS = 21_000;
/** How many nodes and links are looked at in one step of a status. */
const STATUS_STEP = 4000;
/** How often the aged is cleared out. */
const HOUSEKEEPING_MS = 10_000;

/** How a core is set up. */
export interface CoreOptions {
  readonly nodeId: string;
  readonly environment: Environment;
  /** A link with nothing received for so many milliseconds is dropped; default 21,000. */
  readonly maxIdleMs?: number;
  /** Default: none, which accepts everything. */
  readonly firewallRules?: readonly FirewallRule[];
  /** Is given one line for each message; default: none is written. */
  readonly trace?: ((line: string) => void) | undefined;
}

/** An established link, in a few words; `links()` says more. */
export interface ConnectionStatus {
  readonly nodeId: string;
  readonly cost: number;
  /** Smoothed round-trip time in nanoseconds; undefined when the peer is not of this project, or has not answered yet. */
  readonly rttNs?: number;
}

/** How many of everything a core keeps in its maps. All are bounded. */
export interface CoreSizes {
  /** Nodes known, this one included; at most 16,384. */
  readonly nodes: number;
  /** Links, those not yet established included. */
  readonly links: number;
  /** Advertisements and withdrawals of other nodes; at most 65,536. */
  readonly advertisements: number;
  /** IDs of objections against second nodes with the same ID; at most 4,096. */
  readonly seenUpdates: number;
  /** Updates in quarantine: an older node with the same ID may object; at most 1,024. */
  readonly quarantinedUpdates: number;
}

/** What a node knows of the mesh. */
export interface MeshStatus {
  readonly nodeId: string;
  /** Established links. */
  readonly connections: readonly ConnectionStatus[];
  /** Node to its neighbors and their cost, as each node says. */
  readonly knownConnectionCosts: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Node to the neighbor through which it is reached. */
  readonly routingTable: Readonly<Record<string, string>>;
  readonly advertisements: readonly ServiceAdvertisement[];
}

/**
 * A node of the mesh without timers, sockets or clock.
 *
 * Order of calls: {@link addLink} for a new link, then `handleMessage` and `handleClosed` of the session returned for
 * what arrives on it; {@link handleTimeout} not before {@link dueAt}, which may change with every call; and after each
 * of them {@link takeEvents}. `now` is in milliseconds of a clock that never goes back.
 */
export class NetceptorCore {
  readonly nodeId: string;
  readonly advertisements: Advertisements;
  readonly dataPlane: DataPlane;
  readonly #routing: Routing;
  readonly #nodes = new NodeTable();
  readonly #self: NodeRecord;
  readonly #neighbors = new Neighbors();
  readonly #context: LinkContext<LinkSession>;
  readonly #sessions = new Set<LinkSession>();
  /** Written by the sessions. */
  readonly #established = new Map<string, LinkSession>();
  readonly #work = new Work();
  #events: CoreEvent[] = [];
  #sessionsDueAt = Infinity;
  #housekeepingAt: number;

  /** @throws {MeshError} `invalid-node-id`, `invalid-firewall-rule` */
  constructor(
    now: number,
    {
      nodeId,
      environment: outside,
      maxIdleMs = DEFAULT_MAX_IDLE_MS,
      firewallRules = [],
      trace: write,
    }: CoreOptions,
  ) {
    checkOwnNodeId(nodeId);
    const wallTime = (): number => outside.wallTime();
    const environment: Environment = {
      random: () => outside.random(),
      wallTime,
      log: guardedLog(outside.log, wallTime),
    };
    this.nodeId = nodeId;
    const self = this.#nodes.add(nodeId, now) ?? new NodeRecord(nodeId, now);
    this.#self = self;
    const emit = (event: CoreEvent): void => void this.#events.push(event);
    const [nodes, neighbors] = [this.#nodes, this.#neighbors];
    const trace = write === undefined ? undefined : new MessageTrace(write, nodes);
    this.#routing = new Routing(now, self, nodes, neighbors, environment, emit, this.#work);
    this.advertisements = new Advertisements(now, nodeId, neighbors, environment, emit);
    this.dataPlane = new DataPlane(self, nodes, environment, trace);
    this.dataPlane.firewall.set(firewallRules);
    this.#housekeepingAt = now + HOUSEKEEPING_MS;
    this.#context = {
      nodeId,
      maxIdleMs,
      log: environment.log,
      wallTime,
      neighbors,
      established: this.#established,
      routing: this.#routing,
      advertisements: this.advertisements,
      dataPlane: this.dataPlane,
      trace,
      accounts: new PeerAccounts(),
      work: this.#work,
      emit,
      wake: (at) => {
        this.#sessionsDueAt = Math.min(this.#sessionsDueAt, at);
      },
    };
  }

  /** The epoch of this start of the node. */
  get epoch(): bigint {
    return this.#routing.epoch;
  }

  /** When {@link handleTimeout} is to be called next. */
  get dueAt(): number {
    return Math.min(
      this.#sessionsDueAt,
      this.#routing.dueAt,
      this.advertisements.dueAt,
      this.#housekeepingAt,
    );
  }

  /** @throws {MeshError} `invalid-cost` */
  addLink(now: number, transport: LinkTransport, options: LinkOptions): LinkSession {
    checkLinkOptions(options);
    const session = new LinkSession(now, this.#context, transport, options);
    this.#sessions.add(session);
    this.#sessionsDueAt = Math.min(this.#sessionsDueAt, session.dueAt);
    return session;
  }

  /** Does what is due by now; see {@link dueAt}. */
  handleTimeout(now: number): void {
    if (now >= this.#sessionsDueAt) {
      this.#sessionsDueAt = Infinity;
      for (const session of this.#sessions) {
        session.handleTimeout(now);
        if (session.closed) this.#sessions.delete(session);
        else this.#sessionsDueAt = Math.min(this.#sessionsDueAt, session.dueAt);
      }
    }
    this.#routing.handleTimeout(now);
    this.advertisements.handleTimeout(now);
    if (now < this.#housekeepingAt) return;
    this.#housekeepingAt = now + HOUSEKEEPING_MS;
    this.#work.add(this.#nodes.size + this.advertisements.size);
    this.advertisements.expire(now, (nodeId) => this.#nodes.get(nodeId) !== undefined);
    this.advertisements.forget(this.#routing.forgetSilent(now));
  }

  /** The events since the last call. */
  takeEvents(): readonly CoreEvent[] {
    if (this.#events.length === 0) return [];
    const events = this.#events;
    this.#events = [];
    return events;
  }

  /** Whether a message to the node can be sent now. */
  isReachable(nodeId: string): boolean {
    const target = this.dataPlane.resolve(nodeId);
    return target === this.nodeId || this.#nodes.get(target)?.nextHop !== undefined;
  }

  /** Cost of the path to a node, or undefined when it can't be reached. */
  costTo(nodeId: string): number | undefined {
    return this.#routing.costTo(this.dataPlane.resolve(nodeId));
  }

  /** The neighbor through which a node is reached, or undefined when it can't be. */
  nextHopTo(nodeId: string): string | undefined {
    return this.#nodes.get(this.dataPlane.resolve(nodeId))?.nextHop?.nodeId;
  }

  /** What the node has had to do so far, in units of about 100 ns; to see that no event costs too much. */
  get work(): number {
    return this.#work.units;
  }

  /** How much the node remembers, to see that nothing grows without bound. */
  get sizes(): CoreSizes {
    return {
      nodes: this.#nodes.size,
      links: this.#sessions.size,
      advertisements: this.advertisements.size,
      ...this.#routing.sizes,
    };
  }

  /** The established links, as they are now. */
  links(now: number): LinkInfo[] {
    return [...this.#established.values()].flatMap((session) => session.info(now) ?? []);
  }

  /** What the node knows of the mesh, all at once; in a large mesh it takes as long as the mesh is large. */
  status(): MeshStatus {
    const steps = this.statusSteps();
    for (;;) {
      const { done, value } = steps.next();
      if (done === true) return value;
    }
  }

  /** As {@link status}, in steps of about a millisecond; what changes between them may be in it or not. */
  *statusSteps(): Generator<undefined, MeshStatus, undefined> {
    const costs: [string, Record<string, number>][] = [];
    const routes: [string, string][] = [];
    let looked = 0;
    for (const record of this.#nodes.values()) {
      if (record.nextHop !== undefined) routes.push([record.id, record.nextHop.nodeId]);
      if (record !== this.#self || record.connections.size > 0) {
        costs.push([record.id, knownConnections(record, this.#self, this.#nodes, this.#neighbors)]);
      }
      looked += 1 + record.connections.size;
      if (looked < STATUS_STEP) continue;
      this.#work.add(looked);
      looked = 0;
      yield;
    }
    return {
      nodeId: this.nodeId,
      connections: this.links(0).map(({ nodeId, cost, rttMs }) => ({
        nodeId,
        cost,
        ...(rttMs !== undefined && { rttNs: Math.round(rttMs * 1e6) }),
      })),
      knownConnectionCosts: Object.fromEntries(costs),
      routingTable: Object.fromEntries(routes),
      advertisements: this.advertisements.list(),
    };
  }

  /** The links between nodes in reach that both of their ends list, each once. */
  *linksInReach(): Generator<{ readonly a: string; readonly b: string; readonly cost: number }> {
    const isIn = (record: NodeRecord): boolean =>
      record === this.#self || record.nextHop !== undefined;
    for (const record of this.#nodes.values()) {
      if (!isIn(record)) continue;
      for (const [nodeId, cost] of record.connections) {
        const other = record.id < nodeId ? this.#nodes.get(nodeId) : undefined;
        if (other === undefined || !isIn(other) || !other.connections.has(record.id)) continue;
        yield { a: record.id, b: nodeId, cost };
      }
    }
  }
}
