/**
 * What can go wrong with a stream, by code. A dial also fails with the `MeshError` of what the mesh reports.
 *
 * - `engine-unavailable`: the QUIC engine does not load, or not the one that was asked for.
 * - `handshake-failed`: the two ends could not agree, or one did not trust the other; with TLS its `cause` is a
 *   `CertificateError`.
 * - `tls-unusable`: QUIC can't use the certificates of a TLS configuration.
 * - `dial-timeout`: the connection did not stand in time.
 * - `canceled`: the caller's `AbortSignal` fired.
 * - `closed-by-peer`: the peer ended the connection before it had ended the stream.
 * - `protocol`: the peer did something a stream of the mesh does not do.
 * - `connection-lost`: nothing was heard of the peer for 30 s.
 * - `peer-restarted`: the node at the other end has been started anew.
 * - `service-gone`: the other end says that it knows nothing of this stream (any more).
 * - `host-closed`: the local node was closed.
 */
export type StreamErrorCode =
  | 'engine-unavailable'
  | 'handshake-failed'
  | 'tls-unusable'
  | 'dial-timeout'
  | 'canceled'
  | 'closed-by-peer'
  | 'protocol'
  | 'connection-lost'
  | 'peer-restarted'
  | 'service-gone'
  | 'host-closed';

/** An error of a stream. */
export class StreamError extends Error {
  override readonly name = 'StreamError';
  readonly code: StreamErrorCode;
  /** What the caller may do about it. */
  readonly hint: string | undefined;
  /** With `handshake-failed`: the certificates that the peer showed, DER, its own first; as far as it got to that. */
  readonly peerCertificates: readonly Uint8Array[];

  constructor(
    code: StreamErrorCode,
    message: string,
    options: {
      hint?: string;
      cause?: unknown;
      peerCertificates?: readonly Uint8Array[];
    } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.hint = options.hint;
    this.peerCertificates = options.peerCertificates ?? [];
  }
}

/** What the original and this project say of a stream without TLS to a service with it. */
export const INSECURE_DIAL = 'insecure connection to secure service';

/** Whether an error says that a dial was without TLS and its service is with it. */
export function isTlsMissing(error: unknown): error is Error {
  return error instanceof Error && error.message.includes(INSECURE_DIAL);
}
