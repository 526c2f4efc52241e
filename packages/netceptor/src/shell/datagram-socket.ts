import { EventEmitter } from 'node:events';
import { MeshError } from '../errors.js';
import type { DataPlane } from '../core/data/data-plane.js';
import type { UnreachableNotice } from '../core/data/unreachable-notice.js';
import type { OutgoingPath } from '../core/data/outgoing-path.js';

/** The events of a socket. */
export interface DatagramSocketEvents {
  /** A datagram: payload, node and service it comes from. The payload may be kept. */
  message: [payload: Buffer, fromNode: string, fromService: string];
  /**
   * The same before that, where the datagram lies: the payload is good until the listener returns. For who copies it anyway.
   *
   * @internal
   */
  view: [payload: Buffer, fromNode: string, fromService: string];
  /** A node reports that a datagram of this socket could not be delivered. */
  unreachable: [notice: UnreachableNotice];
  close: [];
}

/** One service of a node, for datagrams, of which it sends up to 16,384 bytes. Like UDP: datagrams may be lost, doubled or reordered. */
export class DatagramSocket extends EventEmitter<DatagramSocketEvents> {
  /** The name of the service. */
  readonly service: string;
  readonly #dataPlane: DataPlane;
  #closed = false;

  constructor(dataPlane: DataPlane, service: string | undefined) {
    super();
    this.setMaxListeners(0);
    this.#dataPlane = dataPlane;
    this.service = dataPlane.open(service, {
      receive: (payload, fromNode, fromService) => {
        this.emit('view', payload, fromNode, fromService);
        if (this.listenerCount('message') > 0)
          this.emit('message', Buffer.from(payload), fromNode, fromService);
      },
      unreachable: (notice) => this.emit('unreachable', notice),
    });
  }

  /** Whether {@link close} was called, by the node that closes as well. */
  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Sends a datagram. It may still get lost: what became of it comes, at best, as `unreachable`.
   *
   * @param hopsToLive - How often it may be handed on; default 30.
   * @throws {MeshError} `no-route`, `service-unknown` (only for this node itself), `message-too-long`,
   *   `invalid-service-name`, `shutdown` when the socket is closed.
   */
  send(toNode: string, toService: string, payload: Buffer, hopsToLive?: number): void {
    this.#checkOpen();
    this.#dataPlane.send(this.service, toNode, toService, payload, hopsToLive);
  }

  /**
   * A path to one service for many datagrams, without a copy of the payload.
   *
   * @throws {MeshError} `invalid-service-name`, `shutdown` when the socket is closed.
   */
  path(toNode: string, toService: string): OutgoingPath {
    this.#checkOpen();
    return this.#dataPlane.path(this.service, toNode, toService);
  }

  /** Answers a datagram that belongs to nothing known here with `service unknown`. */
  refuse(fromNode: string, fromService: string): void {
    this.#dataPlane.refuse(
      'service-unknown',
      fromNode,
      fromService,
      this.#dataPlane.resolve('localhost'),
      this.service,
    );
  }

  /** Takes and sends nothing more; its name is free again. More calls do nothing. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#dataPlane.close(this.service);
    this.emit('close');
  }

  #checkOpen(): void {
    if (this.#closed)
      throw new MeshError('shutdown', `the socket of service ${this.service} is closed`);
  }
}
