import type { LinkOptions, LinkSession, NetceptorCore } from '@receptorjs/netceptor';
import type { EventQueue } from './event-queue.js';
import { Wire, type WireOptions } from './wire.js';

/** The two ends of a link. */
export type End = 'a' | 'b';

/** What a connection needs of the node at an end. */
export interface ConnectedNode {
  /** The core of the node's present start. */
  readonly core: NetceptorCore;
  readonly isRunning: boolean;
  /** When the node has done what it has to do so far, in milliseconds of the virtual clock. */
  readonly readyAt: number;
  /** To be called after every call of the core. */
  settle(): void;
}

/** What a connection needs of its link. */
export interface ConnectionContext {
  readonly eventQueue: EventQueue;
  /** How long a reset takes to the other end, in milliseconds. */
  readonly latencyMs: number;
  readonly nodes: Readonly<Record<End, ConnectedNode>>;
  readonly options: Readonly<Record<End, LinkOptions>>;
  /** What the wire that leaves an end is like. */
  readonly wires: Readonly<Record<End, WireOptions>>;
  /** Whether messages from an end pass at present. */
  passes(from: End): boolean;
  /** The message `chunk[start..end)` leaves an end. */
  sent(chunk: Buffer, start: number, end: number, from: End): void;
  /** An end is closed. */
  closed(end: End): void;
}

interface Side {
  readonly core: NetceptorCore;
  readonly wire: Wire;
  session: LinkSession | undefined;
  isOpen: boolean;
}

/** One connection of a link, from the first hello to the end: what a TCP connection is to a backend. It alone writes its fields. */
export class Connection {
  readonly #context: ConnectionContext;
  readonly #sides: Readonly<Record<End, Side>>;

  constructor(context: ConnectionContext) {
    this.#context = context;
    const side = (end: End): Side => {
      const far = end === 'a' ? 'b' : 'a';
      const wire = new Wire(
        context.wires[end],
        {
          sends: (chunk, start, stop) => {
            if (!context.passes(end)) return false;
            context.sent(chunk, start, stop, end);
            return true;
          },
          drained: () => undefined,
          closed: () => this.#close(end),
        },
        {
          message: (chunk, start, stop) => this.#receive(far, chunk, start, stop),
          settle: () => context.nodes[far].settle(),
          readyAt: () => context.nodes[far].readyAt,
          closed: () => this.end(far, 'closed by the peer'),
        },
      );
      return { core: context.nodes[end].core, wire, session: undefined, isOpen: true };
    };
    this.#sides = { a: side('a'), b: side('b') };
    for (const end of ['a', 'b'] as const) {
      const { core, wire } = this.#sides[end];
      this.#sides[end].session = core.addLink(context.eventQueue.now(), wire, context.options[end]);
      context.nodes[end].settle();
    }
  }

  isOpen(end: End): boolean {
    return this.#sides[end].isOpen;
  }

  /** Ends the connection for the node at an end. */
  end(end: End, reason: string): void {
    const side = this.#sides[end];
    if (!side.isOpen) return;
    side.wire.drop();
    if (this.#isAlive(end)) side.session?.handleClosed(this.#context.eventQueue.now(), reason);
    this.#close(end);
    this.#context.nodes[end].settle();
  }

  /** Takes an end away without a word, as when its machine loses power. */
  abandon(end: End): void {
    this.#sides[end].wire.drop();
    this.#close(end);
  }

  #close(end: End): void {
    const side = this.#sides[end];
    if (!side.isOpen) return;
    side.isOpen = false;
    this.#context.closed(end);
  }

  #receive(end: End, chunk: Buffer, start: number, stop: number): void {
    const { isOpen, session } = this.#sides[end];
    if (isOpen && this.#isAlive(end)) {
      session?.handleMessage(this.#context.eventQueue.now(), chunk, start, stop);
    } else if (this.#context.nodes[end].isRunning) this.#reset(end);
  }

  /** An end that has no connection any more says so to the end that still sends. */
  #reset(end: End): void {
    const { eventQueue, latencyMs } = this.#context;
    const far = end === 'a' ? 'b' : 'a';
    if (!this.#sides[far].isOpen || !this.#context.passes(end)) return;
    const reset = eventQueue.make(() => this.end(far, 'reset by the peer'));
    eventQueue.set(reset, eventQueue.now() + latencyMs);
  }

  /** Whether the node at an end is still in the start of which this connection is. */
  #isAlive(end: End): boolean {
    const node = this.#context.nodes[end];
    return node.isRunning && node.core === this.#sides[end].core;
  }
}
