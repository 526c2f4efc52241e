/** The largest datagram, in bytes: with what is around it four of them fill 256 KiB, and one a message of a link. */
export const MAX_DATAGRAM = 65_480;
/** What links carry that take no such large ones, and what all nodes of this project take: a peer that takes less is of another kind. */
export const LARGE_DATAGRAM = 16_000;
/** The smallest that a path must carry (RFC 9000, 14), and the size used where larger ones get lost. */
export const MIN_DATAGRAM = 1_200;
/** A connection over which nothing came for so long is lost, in milliseconds. */
export const IDLE_TIMEOUT_MS = 30_000;
/** Bytes in flight at most. They also wait in front of a ping when the receiver is slower than the links: 3 MiB carry 60 MB/s over 50 ms. */
export const STREAM_WINDOW = 3 << 20;
/** As {@link STREAM_WINDOW}, for a whole connection. */
export const CONNECTION_WINDOW = 6 << 20;
/** The length of the connection IDs that both ends choose. */
export const CONNECTION_ID_BYTES = 16;
