import type { RemoteInfo, Socket } from 'node:dgram';
import { MAX_PAYLOAD_BYTES, type LinkOptions, type MeshNode } from '@receptorjs/netceptor';
import { hostPort, plainAddress } from '@receptorjs/socket-addresses';
import { CONNECTION_BOUNDS } from '../listener.js';
import { addressOrigin, SharedQuota, PendingConnections } from '@receptorjs/quotas';
import { bare } from '../framing.js';
import { QueuedLink, type Carrier } from '../queued-link.js';
import { GOODBYE, MAX_DATAGRAM_BYTES, UDP_BATCH_BYTES } from './udp-socket.js';

/** The most peers of one listener that have not named themselves. */
const PENDING = { total: 512, perOrigin: 256 };
/** A peer whose link has ended gets no new one for so long: what it had sent before it knew is not a beginning. */
const FAREWELL_MS = 1_000;
/** The most ended links remembered for that; the oldest is forgotten first. */
const MAX_FAREWELLS = 1_024;
/** The first byte of the message that begins a link: a routing update. */
const ROUTING_UPDATE = 1;
/** The first bytes of messages that only an established link carries: data, advertisements, probes. */
const ESTABLISHED: ReadonlySet<number | undefined> = new Set([0, 2, 4]);

/**
 * The peers of a UDP listener by address and port. It alone writes its fields.
 *
 * See docs/decisions/0040-udp-links-say-goodbye.md.
 */
export class UdpSessions {
  readonly #node: MeshNode;
  readonly #options: LinkOptions;
  readonly #links = new Map<string, QueuedLink>();
  readonly #quota = new SharedQuota(CONNECTION_BOUNDS);
  readonly #pending = new PendingConnections(PENDING);
  /** Peers whose link has ended, with the time until which they get no new one, oldest first. */
  readonly #farewells = new Map<string, number>();
  #closing = false;

  constructor(node: MeshNode, options: LinkOptions) {
    this.#node = node;
    this.#options = options;
  }

  /** @param socket the one that the message came by, and by which the peer is answered */
  receive(message: Buffer, peer: RemoteInfo, socket: Socket): void {
    // A peer that sends from port 0 wants no answer, and none can be sent there.
    if (peer.port === 0) return;
    const key = `${peer.port} ${peer.address}`;
    const link = this.#links.get(key) ?? this.#begin(key, message, peer, socket);
    link?.receive(message, 0, message.length);
  }

  async close(): Promise<void> {
    this.#closing = true;
    const links = [...this.#links.values()];
    for (const link of links) link.close();
    await Promise.all(links.map((link) => link.closed));
  }

  /** A link for a peer not known: only for the message that begins one. */
  #begin(key: string, message: Buffer, peer: RemoteInfo, socket: Socket): QueuedLink | undefined {
    if (this.#closing || this.#node.closed) return undefined;
    const type = message[0];
    if (ESTABLISHED.has(type)) {
      // The peer holds a link that this listener does not, from before a restart, say.
      socket.send(GOODBYE, peer.port, peer.address);
      return undefined;
    }
    if (type !== ROUTING_UPDATE || this.#isLeaving(key)) return undefined;
    const origin = addressOrigin(peer.address);
    if (this.#quota.take(origin) !== 'taken') return undefined;
    const settled = this.#pending.add(origin, {
      isLink: () => link.wasEstablished,
      giveWay: () => link.close(),
    });
    const name = hostPort(plainAddress(peer.address), peer.port);
    const link = new QueuedLink(
      this.#node,
      this.#carrier(key, peer, socket, (reason) => {
        this.#quota.give(origin);
        settled();
        link.handleClosed(reason);
      }),
      `udp ${name}`,
      this.#options,
      origin.key,
    );
    this.#links.set(key, link);
    return link;
  }

  /** Whether a peer's link has ended a moment ago. */
  #isLeaving(key: string): boolean {
    const until = this.#farewells.get(key);
    if (until !== undefined && performance.now() < until) return true;
    this.#farewells.delete(key);
    return false;
  }

  #carrier(
    key: string,
    peer: RemoteInfo,
    socket: Socket,
    closed: (reason: string) => void,
  ): Carrier {
    const { address, port } = peer;
    let ended = false;
    const end = (reason: string): void => {
      if (ended) return;
      ended = true;
      this.#links.delete(key);
      this.#remember(key);
      // Not within the call that ends the link: the node is in the middle of something.
      queueMicrotask(() => closed(reason));
    };
    return {
      framing: bare,
      maxMessageBytes: MAX_DATAGRAM_BYTES,
      maxPayloadBytes: MAX_PAYLOAD_BYTES,
      batchBytes: UDP_BATCH_BYTES,
      write(batch, written) {
        if (ended) return;
        batch.forEach((message, at) => {
          if (at < batch.length - 1) socket.send(message, port, address);
          // An error of one datagram, such as no route for now, is a loss; silence ends the link in time.
          else socket.send(message, port, address, () => setImmediate(written));
        });
      },
      end: (knownToPeer) => {
        if (!ended && !knownToPeer) socket.send(GOODBYE, port, address);
        end('closed');
      },
      destroy: end,
    };
  }

  #remember(key: string): void {
    this.#farewells.delete(key);
    this.#farewells.set(key, performance.now() + FAREWELL_MS);
    if (this.#farewells.size <= MAX_FAREWELLS) return;
    const [oldest] = this.#farewells.keys();
    if (oldest !== undefined) this.#farewells.delete(oldest);
  }
}
