import {
  MAX_MESSAGE_BYTES,
  type LinkOptions,
  type LinkReceiver,
  type MeshNode,
} from '@receptorjs/netceptor';
import { MovableTimer } from '@receptorjs/netceptor/internal';
import { EventQueue } from './event-queue.js';
import type { End } from './connection.js';
import { checkConditions, type LinkConditions } from './link-conditions.js';
import { seededRandom } from './seeded-random.js';
import { Wire } from './wire.js';

/** What a link between two running nodes is like. */
export interface RealTimeLinkOptions extends LinkOptions, LinkConditions {
  /** What differs in the direction from the second node to the first. */
  readonly back?: LinkConditions;
  /** Chance for losses and delays; the run itself depends on the process's timers as well. Default 1. */
  readonly seed?: number;
  /** The largest message that passes, in bytes; default 65,535. */
  readonly maxMessageBytes?: number;
}

/** A link between two running nodes. */
export interface RealTimeLink {
  /** Both nodes learn at once that it is gone. It does not come back. */
  cut(): void;
  /** Nothing passes any more, in both directions or only from one node, and neither node learns it. */
  freeze(from?: MeshNode): void;
  /** Undoes {@link freeze}. */
  thaw(): void;
}

/**
 * Links two running nodes with the conditions of simulated links, in real time: for what can't run on a virtual clock,
 * such as streams, since QUIC reads the process's own clock. Delays are kept to a millisecond or two.
 *
 * @throws {RangeError} when a condition makes no sense
 * @throws {MeshError} `invalid-cost`, `shutdown`
 */
export function linkInRealTime(
  a: MeshNode,
  b: MeshNode,
  options: RealTimeLinkOptions = {},
): RealTimeLink {
  const { seed = 1, maxMessageBytes = MAX_MESSAGE_BYTES, back } = options;
  const conditions = { a: checkConditions(options), b: checkConditions({ ...options, ...back }) };
  const random = seededRandom(seed);
  const timer = new MovableTimer(() => {
    while (eventQueue.nextAt <= performance.now()) eventQueue.runNext();
    move();
  });
  const eventQueue: EventQueue = new EventQueue(
    () => performance.now(),
    () => move(),
  );
  const move = (): void => timer.set(performance.now(), eventQueue.nextAt);

  const frozen = { a: false, b: false };
  const receivers: Partial<Record<End, LinkReceiver>> = {};
  const end = (at: End, reason: string): void => {
    const receiver = receivers[at];
    receivers[at] = undefined;
    receiver?.closed(reason);
  };
  const wire = (from: End): Wire => {
    const far = from === 'a' ? 'b' : 'a';
    return new Wire(
      {
        eventQueue,
        random,
        conditions: conditions[from],
        description: `simulated ${a.nodeId} ${b.nodeId}`,
        maxMessageBytes,
        tickMs: 0,
        group: 0,
      },
      {
        sends: () => !frozen[from],
        drained: () => receivers[from]?.drained(),
        // The node does not expect to be called back while it closes a link.
        closed: () => queueMicrotask(() => end(from, 'closed')),
      },
      {
        message: (chunk, start, stop) => receivers[far]?.message(chunk, start, stop),
        readyAt: () => 0,
        settle: () => undefined,
        closed: () => end(far, 'closed by the peer'),
      },
    );
  };
  const wires = { a: wire('a'), b: wire('b') };
  receivers.a = a.attachLink(wires.a, options);
  receivers.b = b.attachLink(wires.b, options);
  return {
    cut: () => {
      for (const at of ['a', 'b'] as const) {
        wires[at].drop();
        end(at, 'the link was cut');
      }
      timer.clear();
    },
    freeze: (from) => {
      if (from !== b) frozen.a = true;
      if (from !== a) frozen.b = true;
    },
    thaw: () => {
      frozen.a = false;
      frozen.b = false;
    },
  };
}
