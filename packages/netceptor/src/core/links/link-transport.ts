import { DATA_HEADER_BYTES } from '../../wire/data-header.js';
import { LARGEST_PAYLOAD_BYTES, MAX_MESSAGE_BYTES } from '../../wire/message-type.js';

/** What went over a link since it was opened, framing aside. */
export interface LinkTraffic {
  readonly receivedBytes: number;
  readonly receivedMessages: number;
  /** Queued to be sent; what a closed or lossy link does not deliver counts. */
  readonly sentBytes: number;
  readonly sentMessages: number;
  /** Messages that found the queue full and were dropped: data, and pings and the like. */
  readonly droppedData?: number;
  readonly droppedControl?: number;
  /** Bytes of data that wait to be sent. */
  readonly queuedBytes?: number;
}

/**
 * The sending side of a link, as a backend provides it. Messages are whole; the backend adds its framing.
 *
 * A transport keeps two queues, control messages ahead of data, both bounded; it sends what was queued soon after
 * (at the end of the running task, say), in as few writes as it can. Nothing here throws or calls back into the node.
 */
export interface LinkTransport {
  /** Names the link in log lines: `tcp 192.0.2.1:2222`. */
  readonly description: string;
  /** The address that the peer came from, without its port; undefined where this node has chosen it. */
  readonly origin?: string | undefined;
  /** The largest message the link carries at present, in bytes; `MAX_MESSAGE_BYTES` when undefined. */
  readonly maxMessageBytes?: number | undefined;
  /** The largest payload of a data message, in bytes, where that is less than there is room for in the largest message. */
  readonly maxPayloadBytes?: number | undefined;
  /**
   * Whether nothing but hellos may be sent until the peer has listed this node among its links. One end of a link at
   * most may wait so; default false.
   */
  readonly waitsToBeListed?: boolean | undefined;
  /**
   * Queues a message, which does not change any more, ahead of all data; one longer than `MAX_MESSAGE_BYTES` is dropped. When the control queue is full, a message that `mayDrop` is dropped; for any
   * other the transport closes the link, since its peer has stopped reading.
   */
  sendControl(message: Buffer, mayDrop?: boolean): void;
  /**
   * Queues a copy of the data message `chunk[start..end)`: the bytes are the caller's again when the call returns. Dropped when the
   * queue is full.
   */
  sendData(chunk: Buffer, start: number, end: number): void;
  /**
   * Room for one data message of up to `length` bytes, to be filled at once and followed by {@link commit}; undefined
   * while the link is backlogged: the receiver's `drained` says when to try again.
   */
  reserve(length: number): Buffer | undefined;
  /** Queues the first `length` bytes of the room last reserved; 0 gives it back. */
  commit(length: number): void;
  /**
   * Sends what is queued, then closes.
   *
   * @param knownToPeer - Whether one end has rejected the link, which needs no goodbye; default false.
   */
  close(knownToPeer?: boolean): void;
  /** Counts since the link was opened, where the backend keeps any. */
  traffic?(): LinkTraffic;
}

/** The largest payload of a data message that a link carries at present, in bytes; the mesh's largest when there is no link. */
export function payloadLimit(transport: LinkTransport | undefined): number {
  const { maxMessageBytes = MAX_MESSAGE_BYTES, maxPayloadBytes = LARGEST_PAYLOAD_BYTES } =
    transport ?? {};
  return Math.min(maxPayloadBytes, Math.max(0, maxMessageBytes - DATA_HEADER_BYTES));
}
