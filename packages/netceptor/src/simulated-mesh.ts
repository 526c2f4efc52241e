import { NetceptorCore } from './core/core.js';
import type { CoreEvent } from './core/events.js';
import type { LinkOptions, LinkSession } from './core/link-session.js';
import type { LinkTransport } from './core/link-transport.js';

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x100000000;
  };
}

/** A node in a simulated mesh. */
export interface SimulatedNode {
  readonly core: NetceptorCore;
  /** What the core told, in order. */
  readonly events: CoreEvent[];
  /** What the core logged, with its level in front. */
  readonly lines: string[];
}

/** A link in a simulated mesh. */
export interface SimulatedLink {
  /** Both ends learn at once that it is gone. */
  cut(): void;
  /** Nothing passes any more, or nothing to one of the ends, and nobody is told. */
  freeze(towards?: 'a' | 'b'): void;
  /** Messages that have passed in both directions. */
  readonly messages: readonly Buffer[];
}

/** Many cores in one process on a virtual clock, for tests: the same seed gives the same run. */
export class SimulatedMesh {
  now = 0;
  readonly #random: () => number;
  readonly #nodes: SimulatedNode[] = [];
  readonly #pending: { readonly at: number; readonly act: () => void }[] = [];
  readonly #startOfTime = 1_700_000_000_000;

  constructor(seed = 1) {
    this.#random = seededRandom(seed);
  }

  add(nodeId: string, maxIdleMs?: number): SimulatedNode {
    const lines: string[] = [];
    const log = Object.fromEntries(
      (['error', 'warning', 'info', 'debug'] as const).map((level) => [
        level,
        (message: string) => void lines.push(`${level}: ${message}`),
      ]),
    ) as Record<'error' | 'warning' | 'info' | 'debug', (message: string) => void>;
    const node: SimulatedNode = {
      core: new NetceptorCore(this.now, {
        nodeId,
        environment: {
          random: this.#random,
          wallTime: () => this.#startOfTime + this.now,
          log,
        },
        ...(maxIdleMs === undefined ? {} : { maxIdleMs }),
      }),
      events: [],
      lines,
    };
    this.#nodes.push(node);
    return node;
  }

  /** Takes a node out: it does and receives nothing more. Cut its links as well, or let them idle. */
  stop(node: SimulatedNode): void {
    this.#nodes.splice(this.#nodes.indexOf(node), 1);
  }

  link(
    a: SimulatedNode,
    b: SimulatedNode,
    {
      latencyMs = 1,
      maxMessageBytes,
      ...options
    }: LinkOptions & { readonly latencyMs?: number; readonly maxMessageBytes?: number } = {},
    optionsOfB: LinkOptions = options,
  ): SimulatedLink {
    const messages: Buffer[] = [];
    const frozen = { a: false, b: false };
    const sessions: { a?: LinkSession; b?: LinkSession } = {};
    const closed = (): void => {
      const reached = { a: !frozen.a, b: !frozen.b };
      frozen.a = frozen.b = true;
      this.#after(latencyMs, () => {
        if (reached.a) sessions.a?.handleClosed(this.now, 'closed');
        if (reached.b) sessions.b?.handleClosed(this.now, 'closed');
      });
    };
    const transport = (receiver: 'a' | 'b'): LinkTransport => {
      let open = true;
      let room = Buffer.alloc(0);
      const send = (message: Buffer): void => {
        if (!open || frozen[receiver]) return;
        this.#after(latencyMs, () => {
          const target = receiver === 'a' ? a : b;
          if (!this.#nodes.includes(target)) return;
          messages.push(Buffer.from(message));
          sessions[receiver]?.handleMessage(this.now, Buffer.from(message), 0, message.length);
        });
      };
      return {
        description: 'simulated',
        maxMessageBytes,
        sendControl: send,
        sendData: (chunk, start, end) => send(Buffer.from(chunk.subarray(start, end))),
        reserve: (length) => (room = Buffer.alloc(length)),
        commit: (length) => {
          if (length > 0) send(room.subarray(0, length));
        },
        close: () => {
          open = false;
          closed();
        },
      };
    };
    const ends = { a: transport('b'), b: transport('a') };
    sessions.a = a.core.addLink(this.now, ends.a, options);
    sessions.b = b.core.addLink(this.now, ends.b, optionsOfB);
    const freeze = (towards?: 'a' | 'b'): void => {
      if (towards !== 'b') frozen.a = true;
      if (towards !== 'a') frozen.b = true;
    };
    return { cut: closed, freeze, messages };
  }

  /** Lets so many milliseconds pass. */
  run(milliseconds: number): void {
    const end = this.now + milliseconds;
    for (;;) {
      this.#takeEvents();
      const next = this.#pending[0]?.at ?? Infinity;
      const due = Math.min(...this.#nodes.map(({ core }) => core.dueAt));
      const at = Math.max(this.now, Math.min(next, due));
      if (at > end) break;
      this.now = at;
      if (next <= at) this.#pending.shift()?.act();
      else for (const { core } of this.#nodes) if (core.dueAt <= at) core.handleTimeout(at);
    }
    this.now = end;
  }

  #takeEvents(): void {
    for (const { core, events } of this.#nodes) events.push(...core.takeEvents());
  }

  #after(milliseconds: number, act: () => void): void {
    const at = this.now + milliseconds;
    let index = this.#pending.length;
    while (index > 0 && (this.#pending[index - 1]?.at ?? 0) > at) index--;
    this.#pending.splice(index, 0, { at, act });
  }
}
