import type { Duplex } from 'node:stream';

/**
 * A stream between a service of this node and one of another. Ending one direction leaves the other open; not reading
 * holds the sender back. Its `error` is a `StreamError`, given after everything received has been read.
 */
export interface MeshStream extends Duplex {
  /** The node at the other end. */
  readonly remoteNode: string;
  /** Of a stream that was accepted: the neighbor over whose link that node was reached when it began, where that was known. */
  readonly via: string | undefined;
  /** The service at the other end; a random name when that end dialed. */
  readonly remoteService: string;
  /** The service at this end; a random name when this end dialed. */
  readonly localService: string;
  /** The certificates that the peer showed, DER, its own first; none from a dialer that has no TLS. */
  readonly peerCertificates: readonly Uint8Array[];
  /** The largest datagrams that the stream sends at present, in bytes: what both ends and the path between them carry; 0 when it is destroyed. */
  readonly maxDatagram: number;
}

/** The two ends of a stream. */
export interface StreamEnds {
  readonly remoteNode: string;
  /** As {@link MeshStream.via}. */
  readonly via?: string | undefined;
  readonly remoteService: string;
  readonly localService: string;
}
