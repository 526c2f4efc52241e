import type { CoreEvent } from '@receptorjs/netceptor';
import {
  callback,
  count,
  number,
  optional,
  text,
  validateArgument,
  validateOptions,
} from '@receptorjs/validation';
import { EventQueue } from './event-queue.js';
import { RawPeer, rawPeerChecks, type RawPeerOptions } from './raw-peer.js';
import { seededRandom } from './seeded-random.js';
import { SimulatedLink, simulatedLinkChecks, type SimulatedLinkOptions } from './simulated-link.js';
import { SimulatedNode, simulatedNodeChecks, type SimulatedNodeOptions } from './simulated-node.js';
import type { Topology } from './topologies.js';

/** How a simulated mesh is set up. */
export interface SimulatedMeshOptions {
  /** The same seed gives the same run; default 1. */
  readonly seed?: number;
  /** How many events and how many log lines each node keeps; the older half goes when there are more. Default 10,000. */
  readonly keep?: number;
  /**
   * Messages arrive at multiples of so many milliseconds, and a node takes all that have come since the last in one go, as a
   * process that reads its sockets; a large mesh runs several times faster with 1. Default 0: each at its own time.
   */
  readonly tickMs?: number;
  /**
   * How long a node takes for a unit of its `core.work`, in milliseconds, in which it reads nothing else; 0.0001 is what a common
   * processor takes. Default 0.
   */
  readonly msPerUnit?: number;
  /** Sees every event of every node. */
  readonly onEvent?: (node: SimulatedNode, event: CoreEvent) => void;
}

/** What has been sent over the links so far, lost messages left out. */
export interface Traffic {
  readonly messages: number;
  readonly bytes: number;
  readonly dataMessages: number;
  readonly routingUpdates: number;
  readonly advertisements: number;
}

/** How a whole topology is built. */
export interface BuildOptions {
  /** The ID of the node at a place; default `n0`, `n1` and so on. */
  readonly nodeId?: (place: number) => string;
  /** What its links are like; a function is asked for each. */
  readonly link?: SimulatedLinkOptions | ((a: number, b: number) => SimulatedLinkOptions);
}

const START_OF_TIME = 1_700_000_000_000;

/**
 * Many nodes with the real core in one process, on a virtual clock: nothing happens but in {@link run}, and the same
 * seed gives the same run. It alone writes its fields.
 */
export class SimulatedMesh {
  readonly seed: number;
  readonly #random: () => number;
  readonly #nodes = new Set<SimulatedNode>();
  readonly #links = new Set<SimulatedLink>();
  readonly #eventQueue = new EventQueue(() => this.#now);
  readonly #keep: number;
  readonly #tickMs: number;
  readonly #msPerUnit: number;
  readonly #onEvent: ((node: SimulatedNode, event: CoreEvent) => void) | undefined;
  #now = 0;
  readonly #traffic = {
    messages: 0,
    bytes: 0,
    dataMessages: 0,
    routingUpdates: 0,
    advertisements: 0,
  };

  constructor(options: SimulatedMeshOptions = {}) {
    validateOptions<SimulatedMeshOptions>('new SimulatedMesh', options, {
      seed: optional(number),
      keep: optional(count),
      tickMs: optional(number),
      msPerUnit: optional(number),
      onEvent: optional(callback),
    });
    const { seed = 1, keep = 10_000, tickMs = 0, msPerUnit = 0, onEvent } = options;
    this.seed = seed;
    this.#random = seededRandom(seed);
    this.#keep = keep;
    this.#tickMs = tickMs;
    this.#msPerUnit = msPerUnit;
    this.#onEvent = onEvent;
  }

  /** The virtual clock, in milliseconds from 0. */
  get now(): number {
    return this.#now;
  }

  /** A number in [0, 1), the next of the seed. */
  readonly random = (): number => this.#random();

  /** The nodes, those that are stopped as well. */
  get nodes(): ReadonlySet<SimulatedNode> {
    return this.#nodes;
  }

  /** The links, those that are down as well. */
  get links(): ReadonlySet<SimulatedLink> {
    return this.#links;
  }

  /** What all links have carried so far. */
  get traffic(): Traffic {
    return { ...this.#traffic };
  }

  /**
   * Adds a node and starts it. Two may have the same ID, to see what becomes of them.
   *
   * @throws {MeshError} `invalid-node-id`
   */
  add(nodeId: string, options: SimulatedNodeOptions = {}): SimulatedNode {
    validateArgument('mesh.add', 'nodeId', nodeId, text);
    validateOptions<SimulatedNodeOptions>('mesh.add', options, simulatedNodeChecks);
    const node = new SimulatedNode(
      nodeId,
      {
        eventQueue: this.#eventQueue,
        random: this.#random,
        startOfTime: START_OF_TIME,
        keep: this.#keep,
        msPerUnit: this.#msPerUnit,
        onEvent: this.#onEvent,
      },
      options,
    );
    this.#nodes.add(node);
    return node;
  }

  /**
   * Links two nodes.
   *
   * @throws {RangeError} when a condition makes no sense
   * @throws {MeshError} `invalid-cost`
   */
  link(a: SimulatedNode, b: SimulatedNode, options: SimulatedLinkOptions = {}): SimulatedLink {
    validateOptions<SimulatedLinkOptions>('mesh.link', options, simulatedLinkChecks);
    const link = new SimulatedLink(a, b, options, {
      eventQueue: this.#eventQueue,
      random: this.#random,
      tickMs: this.#tickMs,
      count: (type, bytes) => this.#count(type, bytes),
    });
    this.#links.add(link);
    a.links.add(link);
    b.links.add(link);
    return link;
  }

  /**
   * Links a peer without a node behind it, which says what the caller lets it say.
   *
   * @throws {RangeError} when a condition makes no sense
   */
  linkRawPeer(to: SimulatedNode, options: RawPeerOptions = {}): RawPeer {
    validateOptions<RawPeerOptions>('mesh.linkRawPeer', options, rawPeerChecks);
    return new RawPeer(to, options, {
      eventQueue: this.#eventQueue,
      random: this.#random,
      tickMs: this.#tickMs,
      count: (type, bytes) => this.#count(type, bytes),
    });
  }

  /** Adds the nodes and links of a topology; returns the nodes by place. */
  build(topology: Topology, { nodeId, link = {} }: BuildOptions = {}): SimulatedNode[] {
    const nodes = Array.from({ length: topology.size }, (_, at) =>
      this.add(nodeId?.(at) ?? `n${at}`),
    );
    for (const [a, b] of topology.links) {
      const [first, second] = [nodes[a], nodes[b]];
      if (first === undefined || second === undefined)
        throw new RangeError(`a link between places ${a} and ${b} of ${topology.size}`);
      this.link(first, second, typeof link === 'function' ? link(a, b) : link);
    }
    return nodes;
  }

  /** Stops a node. Its neighbors learn it at once, as when a process is killed, or silently: only by their idle limit. */
  stop(node: SimulatedNode, { silently = false }: { readonly silently?: boolean } = {}): void {
    if (!node.isRunning) return;
    node.stop();
    for (const link of node.links) link.nodeStopped(node, silently);
  }

  /** Starts a stopped node anew: it knows nothing of before, and has a younger epoch. */
  start(node: SimulatedNode): void {
    if (node.isRunning) return;
    node.start();
    for (const link of node.links) link.nodeStarted();
  }

  /**
   * Parts these nodes from all others: their links are cut or, silently, frozen. Returns what heals those links.
   */
  partition(
    nodes: Iterable<SimulatedNode>,
    { silently = false }: { readonly silently?: boolean } = {},
  ): () => void {
    const inside = new Set(nodes);
    const parted = [...this.#links].filter(({ a, b }) => inside.has(a) !== inside.has(b));
    for (const link of parted) {
      if (silently) link.freeze();
      else link.cut();
    }
    return () => {
      for (const link of parted) link.heal();
    };
  }

  /** Does something at a time of the virtual clock, in a later {@link run}. */
  at(milliseconds: number, act: () => void): void {
    this.#eventQueue.set(
      this.#eventQueue.make(() => {
        act();
        this.#settle();
      }),
      Math.max(milliseconds, this.#now),
    );
  }

  /** Lets so many milliseconds pass. */
  run(milliseconds: number): void {
    const end = this.#now + milliseconds;
    this.#settle();
    for (;;) {
      const at = this.#eventQueue.nextAt;
      if (at > end) break;
      this.#now = Math.max(this.#now, at);
      this.#eventQueue.runNext();
    }
    this.#now = end;
  }

  /**
   * Lets time pass until a condition holds, which is asked every `stepMs`; false when it does not within `limitMs`.
   * Both in milliseconds.
   */
  runUntil(
    condition: () => boolean,
    { limitMs, stepMs = 10 }: { readonly limitMs: number; readonly stepMs?: number },
  ): boolean {
    const end = this.#now + limitMs;
    while (!condition()) {
      if (this.#now >= end) return false;
      this.run(Math.min(stepMs, end - this.#now));
    }
    return true;
  }

  /** The clock jumps, as when the whole machine stood still: nothing happens in that time, and then all that is due. */
  skip(milliseconds: number): void {
    this.#now += milliseconds;
  }

  /** The caller may have called any core. */
  #settle(): void {
    for (const node of this.#nodes) node.settle();
  }

  #count(type: number | undefined, bytes: number): void {
    const traffic = this.#traffic;
    traffic.messages++;
    traffic.bytes += bytes;
    if (type === 0) traffic.dataMessages++;
    else if (type === 1) traffic.routingUpdates++;
    else if (type === 2) traffic.advertisements++;
  }
}
