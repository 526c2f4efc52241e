import type { Logger } from '@receptorjs/primitives';
import type { Duplex } from 'node:stream';

/** What opens streams to services of nodes; a stream host fits. TLS on the mesh side is its affair. */
export interface StreamDialer {
  /** Opens a stream to a service of a node. Rejects with the reason when it can not be had, or when the signal aborts. */
  dial(nodeId: string, service: string, options: { signal: AbortSignal }): Promise<Duplex>;
}

/** A stream of the mesh that was accepted, where that is known with the node it comes from and the neighbor over whose link. */
export type AcceptedStream = Duplex & {
  readonly remoteNode?: string;
  readonly via?: string | undefined;
};

/** What {@link StreamAcceptor.listen} begins. */
export interface RunningListener {
  /** Accepts no more streams. */
  close(): unknown;
}

/** What accepts streams for services of this node; a stream host fits. TLS on the mesh side is its affair. */
export interface StreamAcceptor {
  /** Accepts streams for a service of this node until it is closed, and advertises it with the tags. */
  listen(
    service: string,
    options: { tags: Record<string, string> },
    onStream: (stream: AcceptedStream) => void,
  ): Promise<RunningListener> | RunningListener;
}

/** One datagram service of this node; its payloads may be kept. */
export interface DatagramPort {
  readonly service: string;
  /** @throws when there is no route to the node, or the payload is too long: then `maxPayloadBytes` says what passes */
  send(toNode: string, toService: string, payload: Buffer): void;
  /** A datagram came in: its payload and where it is from. */
  on(
    event: 'message',
    listener: (payload: Buffer, fromNode: string, fromService: string) => void,
  ): unknown;
  /** A datagram that was sent could not be delivered. */
  on(
    event: 'unreachable',
    listener: (notice: {
      problem: string;
      toNode: string;
      toService: string;
      /** The largest payload that would have passed, where its size was the problem. */
      maxPayloadBytes?: number | undefined;
    }) => void,
  ): unknown;
  /** The service was closed, here or with its node. */
  on(event: 'close', listener: () => void): unknown;
  /** Takes and sends nothing more. */
  close(): void;
}

/** What gives out datagram services and advertises them; a mesh node fits. */
export interface DatagramNode {
  /** Opens a service for datagrams; without a name one that is free. Throws for a name that is taken. */
  openDatagram(service?: string): DatagramPort;
  /** The neighbor over whose link a node is reached, or undefined when it can't be. Without it all nodes are counted as those over one link. */
  nextHopTo?(nodeId: string): string | undefined;
  /** Advertises a service to the mesh until that is withdrawn. */
  advertise(
    service: string,
    description: { connectionType: 0; tags: Record<string, string> },
  ): {
    /** Withdraws the advertisement from the mesh. */
    withdraw(): void;
  };
}

/** A running service. */
export interface RunningService {
  /** Where its local side is: `host:port`, a path, a command line or the name of an interface. */
  readonly address: string;
  /** Stops accepting, ends everything it carries and resolves when that has ended. */
  close(): Promise<void>;
}

export const silentLogger: Logger = {
  error: () => undefined,
  warning: () => undefined,
  info: () => undefined,
  debug: () => undefined,
};

/** Connections a proxy carries at once by default. */
export const DEFAULT_MAX_CONNECTIONS = 4096;
