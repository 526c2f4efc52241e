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
  /**
   * Takes as much of the chunk as there is room for, and returns how many bytes that is; 0 too where the stream can't be written, or
   * something written to it as a `Duplex` still waits. The chunk may be overwritten then. For who has the bytes in memory of its own
   * that it uses again.
   */
  writeNow(chunk: Buffer): number;
  /** Calls `ready` once, when {@link writeNow} may take more; never when the stream is destroyed before. */
  whenWritable(ready: () => void): void;
  /**
   * Puts what has arrived into memory of the caller's, and returns how many bytes that is; 0 where nothing is there. Its end and its
   * errors come as before. Until it is read as a `Duplex` again, what arrives waits for the next call.
   */
  readNow(memory: Buffer): number;
  /** Calls `ready` once, when {@link readNow} may give something or the end has come; errors come as before. */
  whenReadable(ready: () => void): void;
  /**
   * Has what arrives put into the memory of `receiver` from now on, not into that of the stream. Its end and its errors come as
   * before. The function that is returned says that there is room again after there was none.
   */
  readTo(receiver: StreamReceiver): () => void;
}

/** Takes what a stream receives, in memory of its own. */
export interface StreamReceiver {
  /** Room for what comes next, which is followed by {@link filled}; undefined when there is none now. */
  room(): Buffer | undefined;
  /** The first `bytes` bytes of the room were filled; 0 when it was not needed. */
  filled(bytes: number): void;
}

/** The two ends of a stream. */
export interface StreamEnds {
  readonly remoteNode: string;
  /** As {@link MeshStream.via}. */
  readonly via?: string | undefined;
  readonly remoteService: string;
  readonly localService: string;
}
