import { NetceptorCore, type CoreEvent, type LinkOptions } from '@receptorjs/netceptor';
import { number, optional, type OptionChecks } from '@receptorjs/validation';
import type { EventQueue, QueuedEvent } from './event-queue.js';

/** How a simulated node is set up. */
export interface SimulatedNodeOptions {
  /** A link with nothing received for so many milliseconds is dropped; default 21,000. */
  readonly maxIdleMs?: number;
  /** How far the node's calendar is ahead of the others', in milliseconds; default 0. */
  readonly clockSkewMs?: number;
}

export const simulatedNodeChecks: OptionChecks<SimulatedNodeOptions> = {
  maxIdleMs: optional(number),
  clockSkewMs: optional(number),
};

/** What a node needs of its mesh. */
export interface NodeEnvironment {
  readonly eventQueue: EventQueue;
  readonly random: () => number;
  /** Milliseconds since 1970 at the clock's 0. */
  readonly startOfTime: number;
  /** How many events and log lines a node keeps; the older half goes when there are more. */
  readonly keep: number;
  /** How long a unit of work takes, in milliseconds. */
  readonly msPerUnit: number;
  readonly onEvent?: ((node: SimulatedNode, event: CoreEvent) => void) | undefined;
}

/** A link as the nodes at its ends see it. */
export interface NodeLink {
  readonly a: SimulatedNode;
  readonly b: SimulatedNode;
  /** What both nodes say about the link; the second one `optionsOfB` where there are such. */
  readonly options: LinkOptions & { readonly optionsOfB?: LinkOptions };
  /** Whether it carries messages in both directions, as far as the link itself is concerned. */
  readonly isUp: boolean;
  /** One of the nodes has stopped: the other one learns it unless it happens silently. */
  nodeStopped(node: SimulatedNode, silently: boolean): void;
  /** One of the nodes has started. */
  nodeStarted(): void;
}

/** A node in a simulated mesh. Its mesh alone starts and stops it. */
export class SimulatedNode {
  readonly nodeId: string;
  /** The events of the node's core, in order, over all its starts; the older half goes when there are more than the mesh keeps. */
  readonly events: CoreEvent[] = [];
  /** What the node logged, with its level in front. */
  readonly lines: string[] = [];
  /** All links of the node, up or not. Written by the mesh. */
  readonly links = new Set<NodeLink>();
  readonly #environment: NodeEnvironment;
  readonly #options: SimulatedNodeOptions;
  /** The node's group in the event queue. */
  readonly group: number;
  #timer: QueuedEvent;
  #core: NetceptorCore;
  #isRunning = true;
  /** How much of the core's work has been put into `#readyAt`. */
  #counted = 0;
  #readyAt = 0;
  #longestMs = 0;

  constructor(nodeId: string, environment: NodeEnvironment, options: SimulatedNodeOptions) {
    this.nodeId = nodeId;
    this.#environment = environment;
    this.#options = options;
    this.group = environment.eventQueue.makeGroup();
    this.#timer = this.#makeTimer();
    this.#core = this.#makeCore();
    this.settle();
  }

  /** The core of the node's present start. */
  get core(): NetceptorCore {
    return this.#core;
  }

  /** When the node has done what it has to do so far, in milliseconds of the virtual clock; always the past where work takes no time. */
  get readyAt(): number {
    this.#count();
    return this.#readyAt;
  }

  /** The longest time for which the node had something to do and read nothing, in milliseconds, since this was last asked. */
  takeLongestMs(): number {
    this.#count();
    const longest = this.#longestMs;
    this.#longestMs = 0;
    return longest;
  }

  /** Whether it is started and not stopped since. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Takes the core's events and looks when it is due next; to be called after every call of the core. */
  settle(): void {
    const { eventQueue, keep, onEvent } = this.#environment;
    if (!this.#isRunning) return;
    for (const event of this.#core.takeEvents()) {
      keepLast(this.events, event, keep);
      onEvent?.(this, event);
    }
    // As a timer that is moved to later: it fires early, once, and is set again.
    const { dueAt } = this.#core;
    if (dueAt < this.#timer.at) {
      eventQueue.set(this.#timer, Math.max(dueAt, eventQueue.now(), this.readyAt));
    }
  }

  /** A new start, with nothing known. */
  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#core = this.#makeCore();
    this.#counted = 0;
    this.settle();
  }

  /** Ends it without a word to its neighbors; those learn it by `SimulatedMesh.stop`. */
  stop(): void {
    this.#isRunning = false;
    this.#environment.eventQueue.set(this.#timer, Infinity);
  }

  #count(): void {
    const { eventQueue, msPerUnit } = this.#environment;
    if (msPerUnit === 0) return;
    const { work } = this.#core;
    if (work > this.#counted) {
      const takes = (work - this.#counted) * msPerUnit;
      this.#readyAt = Math.max(this.#readyAt, eventQueue.now()) + takes;
    }
    this.#counted = work;
    this.#longestMs = Math.max(this.#longestMs, this.#readyAt - eventQueue.now());
  }

  #handleTimeout(): void {
    const { eventQueue } = this.#environment;
    const now = eventQueue.now();
    const { readyAt } = this;
    if (readyAt > now) {
      eventQueue.set(this.#timer, readyAt);
      return;
    }
    if (this.#core.dueAt <= now) this.#core.handleTimeout(now);
    // Behind what has arrived meanwhile, which a process reads between its timers.
    if (this.#core.dueAt <= now && this.#environment.msPerUnit > 0) this.#timer = this.#makeTimer();
    this.settle();
  }

  #makeTimer(): QueuedEvent {
    return this.#environment.eventQueue.make(() => this.#handleTimeout(), this.group);
  }

  #makeCore(): NetceptorCore {
    const { eventQueue, random, startOfTime, keep } = this.#environment;
    const { maxIdleMs, clockSkewMs = 0 } = this.#options;
    const write = (level: string) => (message: string) => {
      if (keep > 0) keepLast(this.lines, `${level}: ${message}`, keep);
    };
    return new NetceptorCore(eventQueue.now(), {
      nodeId: this.nodeId,
      environment: {
        random,
        wallTime: () => startOfTime + clockSkewMs + eventQueue.now(),
        log: {
          error: write('error'),
          warning: write('warning'),
          info: write('info'),
          debug: write('debug'),
        },
      },
      maxIdleMs,
    });
  }
}

function keepLast<T>(list: T[], item: T, keep: number): void {
  if (keep === 0) return;
  list.push(item);
  if (list.length > keep) list.splice(0, list.length - Math.ceil(keep / 2));
}
