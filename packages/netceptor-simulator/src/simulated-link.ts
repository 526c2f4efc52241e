import { MAX_MESSAGE_BYTES, type LinkOptions } from '@receptorjs/netceptor';
import {
  arrayOf,
  callback,
  count,
  mapping,
  mappingOf,
  number,
  optional,
  text,
  type OptionChecks,
} from '@receptorjs/validation';
import type { EventQueue, QueuedEvent } from './event-queue.js';
import { Connection, type End } from './connection.js';
import { linkConditionChecks, checkConditions, type LinkConditions } from './link-conditions.js';
import type { NodeLink, SimulatedNode } from './simulated-node.js';

/** What a link is like. */
export interface SimulatedLinkOptions extends LinkOptions, LinkConditions {
  /** What differs in the direction from the second node to the first. */
  readonly back?: LinkConditions;
  /** What the second node says about the link, when that is not the same. */
  readonly optionsOfB?: LinkOptions;
  /** The first node makes a new connection so many milliseconds after the last has ended; by default never. */
  readonly redialMs?: number;
  /** The largest message that passes, in bytes; default 65,535. */
  readonly maxMessageBytes?: number;
  /** Sees every message that leaves an end, lost ones too. */
  readonly onMessage?: (message: Buffer, from: SimulatedNode) => void;
}

export const simulatedLinkChecks: OptionChecks<SimulatedLinkOptions> = {
  ...linkConditionChecks,
  cost: optional(number),
  nodeCost: optional(mappingOf(number)),
  allowedPeers: optional(arrayOf(text)),
  back: optional(mapping),
  optionsOfB: optional(mapping),
  redialMs: optional(number),
  maxMessageBytes: optional(count),
  onMessage: optional(callback),
};

/** What a link needs of its mesh. */
export interface LinkEnvironment {
  readonly eventQueue: EventQueue;
  readonly random: () => number;
  readonly tickMs: number;
  /** A message of so many bytes is on its way, the first of them `type`. */
  readonly count: (type: number | undefined, bytes: number) => void;
}

/** A link between two simulated nodes: while it is up a connection, or a wait for the next. It alone writes its fields. */
export class SimulatedLink implements NodeLink {
  readonly a: SimulatedNode;
  readonly b: SimulatedNode;
  readonly options: SimulatedLinkOptions;
  readonly #environment: LinkEnvironment;
  readonly #conditions: Readonly<Record<End, Required<LinkConditions>>>;
  readonly #redial: QueuedEvent;
  #connection: Connection | undefined;
  #isCut = false;
  readonly #frozen = { a: false, b: false };
  #messages = 0;

  /** @throws {RangeError} when a condition makes no sense */
  constructor(
    a: SimulatedNode,
    b: SimulatedNode,
    options: SimulatedLinkOptions,
    environment: LinkEnvironment,
  ) {
    this.a = a;
    this.b = b;
    this.options = options;
    this.#environment = environment;
    this.#conditions = {
      a: checkConditions(options),
      b: checkConditions({ ...options, ...options.back }),
    };
    this.#redial = environment.eventQueue.make(() => this.#connect());
    this.#connect();
  }

  /** Messages that have been sent over it, in both directions. */
  get messages(): number {
    return this.#messages;
  }

  /** Whether it carries messages in both directions, as far as the link itself is concerned. */
  get isUp(): boolean {
    const { a, b } = this.#frozen;
    return !this.#isCut && !a && !b && this.a.isRunning && this.b.isRunning;
  }

  /** Both ends learn, after the link's latency, that the connection is gone; there is no new one until {@link heal}. */
  cut(): void {
    const { eventQueue } = this.#environment;
    const connection = this.#connection;
    this.#isCut = true;
    eventQueue.set(this.#redial, Infinity);
    if (connection === undefined) return;
    for (const end of ['a', 'b'] as const) {
      const notice = eventQueue.make(() => connection.end(end, 'the link was cut'));
      eventQueue.set(notice, eventQueue.now() + this.#conditions[end].latencyMs);
    }
  }

  /** Nothing passes any more, in both directions or only from one node, and neither node learns it. */
  freeze(from?: SimulatedNode): void {
    if (from !== this.b) this.#frozen.a = true;
    if (from !== this.a) this.#frozen.b = true;
  }

  /** Undoes {@link cut} and {@link freeze}; with `redialMs` there will be a connection again. */
  heal(): void {
    this.#isCut = false;
    this.#frozen.a = false;
    this.#frozen.b = false;
    this.#redialSoon();
  }

  /** One of the nodes has stopped: the other one learns it unless it happens silently. */
  nodeStopped(node: SimulatedNode, silently: boolean): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    const [end, far] = node === this.a ? (['a', 'b'] as const) : (['b', 'a'] as const);
    connection.abandon(end);
    if (silently) return;
    const { eventQueue } = this.#environment;
    const notice = eventQueue.make(() => {
      if (!this.#frozen[end]) connection.end(far, 'reset by the peer');
    });
    eventQueue.set(notice, eventQueue.now() + this.#conditions[end].latencyMs);
  }

  /** One of the nodes has started. */
  nodeStarted(): void {
    this.#redialSoon();
  }

  #connect(): void {
    if (!this.isUp) return;
    const { eventQueue, random, tickMs, count } = this.#environment;
    const { maxMessageBytes = MAX_MESSAGE_BYTES, optionsOfB, onMessage } = this.options;
    const wire = (end: End) => ({
      eventQueue,
      random,
      conditions: this.#conditions[end],
      description: `simulated ${this.a.nodeId} ${this.b.nodeId}`,
      maxMessageBytes,
      tickMs,
      group: (end === 'a' ? this.b : this.a).group,
    });
    const connection: Connection = new Connection({
      eventQueue,
      latencyMs: this.#conditions.a.latencyMs,
      nodes: { a: this.a, b: this.b },
      options: { a: this.options, b: optionsOfB ?? this.options },
      wires: { a: wire('a'), b: wire('b') },
      passes: (from) => !this.#frozen[from] && !this.#isCut,
      sent: (chunk, start, end, from) => {
        this.#messages++;
        count(chunk[start], end - start);
        if (onMessage !== undefined) onMessage(Buffer.from(chunk.subarray(start, end)), this[from]);
      },
      closed: (end) => {
        if (end === 'a' && this.#connection === connection) this.#redialSoon();
      },
    });
    this.#connection = connection;
  }

  #redialSoon(): void {
    const { eventQueue } = this.#environment;
    const { redialMs } = this.options;
    if (redialMs === undefined || !this.isUp || this.#connection?.isOpen('a') === true) return;
    eventQueue.set(this.#redial, eventQueue.now() + redialMs);
  }
}
