import { MAX_MESSAGE_BYTES, type LinkSession, type LinkTransport } from '@receptorjs/netceptor';
import { callback, optional, text, type OptionChecks } from '@receptorjs/validation';
import { checkConditions, linkConditionChecks, type LinkConditions } from './link-conditions.js';
import type { LinkEnvironment } from './simulated-link.js';
import type { SimulatedNode } from './simulated-node.js';
import { Wire } from './wire.js';

/** What a peer without a node is like. */
export interface RawPeerOptions extends LinkConditions {
  /** The address it comes from; default: none, as a peer that the node has dialed. */
  readonly origin?: string;
  /** Sees what the node sends, at once. */
  readonly onMessage?: (message: Buffer) => void;
}

export const rawPeerChecks: OptionChecks<RawPeerOptions> = {
  ...linkConditionChecks,
  origin: optional(text),
  onMessage: optional(callback),
};

/** A link of a node whose peer is no node: it says what its caller sends. It alone writes its fields. */
export class RawPeer {
  readonly #wire: Wire;
  readonly #session: LinkSession;
  #isClosed = false;

  /** Made by `SimulatedMesh.linkRawPeer`. */
  constructor(node: SimulatedNode, options: RawPeerOptions, environment: LinkEnvironment) {
    const { eventQueue, random, tickMs, count } = environment;
    const { origin, onMessage } = options;
    const description = `simulated ${node.nodeId} raw`;
    this.#wire = new Wire(
      {
        eventQueue,
        random,
        conditions: checkConditions(options),
        description,
        maxMessageBytes: MAX_MESSAGE_BYTES,
        tickMs,
        group: node.group,
      },
      {
        sends: (chunk, start, end) => {
          count(chunk[start], end - start);
          return true;
        },
        drained: () => undefined,
        closed: () => undefined,
      },
      {
        message: (chunk, start, end) =>
          this.#session.handleMessage(eventQueue.now(), chunk, start, end),
        settle: () => node.settle(),
        readyAt: () => node.readyAt,
        closed: () => {
          this.#isClosed = true;
          this.#session.handleClosed(eventQueue.now(), 'closed by the peer');
          node.settle();
        },
      },
    );
    const transport: LinkTransport = {
      description,
      origin,
      sendControl: (message) => onMessage?.(message),
      sendData: (chunk, start, end) => onMessage?.(chunk.subarray(start, end)),
      reserve: () => undefined,
      commit: () => undefined,
      close: () => {
        this.#isClosed = true;
        this.#wire.drop();
      },
    };
    this.#session = node.core.addLink(eventQueue.now(), transport, {});
    node.settle();
  }

  /** Whether either end has closed the link. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Sends a whole message, its type in front. */
  send(message: Buffer): void {
    this.#wire.sendControl(message);
  }

  /** Closes the link once all that was sent has arrived. */
  close(): void {
    this.#wire.close();
  }
}
