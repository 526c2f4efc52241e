import {
  MAX_MESSAGE_BYTES,
  type LinkOptions,
  type LinkReceiver,
  type LinkTraffic,
  type LinkTransport,
  type MeshNode,
} from '@receptorjs/netceptor';
import type { Framing } from './framing.js';
import { FrameQueue, QUEUE_BOUNDS } from './tcp/frame-queue.js';

/** How long a closed link may take to send its last messages. */
const CLOSE_MS = 1_000;

/** The socket under a link, which knows its own framing. */
export interface Carrier {
  /** How the link frames what it hands over. */
  readonly framing: Framing;
  /** The longest message it carries, in bytes. */
  readonly maxMessageBytes: number;
  /** The largest payload of a data message, in bytes; default: what there is room for in the longest message. */
  readonly maxPayloadBytes?: number | undefined;
  /** How much it wants at a time, in bytes. */
  readonly batchBytes: number;
  /** Sends a batch; calls `written` once, when it takes the next. */
  write(batch: readonly Buffer[], written: () => void): void;
  /** Whether nothing but hellos may be sent until the peer lists this node; default false. */
  readonly waitsToBeListed?: boolean;
  /** Says goodbye after all that it was given, unless the peer knows already, and closes. */
  end(knownToPeer: boolean): void;
  /** Closes at once. */
  destroy(reason: string): void;
}

/**
 * The link of any backend: queues what the node sends, control messages ahead of data, and hands it to its carrier one
 * batch at a time. The reader of the carrier calls {@link receive} and, once, {@link handleClosed}. It alone writes its
 * fields.
 *
 * See docs/decisions/0044-one-link-for-all-backends.md
 * and docs/decisions/0010-hops-drop-rather-than-hold-back.md.
 */
export class QueuedLink implements LinkTransport {
  readonly description: string;
  readonly origin: string | undefined;
  readonly maxMessageBytes: number;
  readonly maxPayloadBytes: number | undefined;
  readonly waitsToBeListed: boolean;
  readonly #node: MeshNode;
  readonly #carrier: Carrier;
  readonly #queue: FrameQueue;
  readonly #receiver: LinkReceiver;
  #state: 'open' | 'closing' | 'closed' = 'open';
  #flushScheduled = false;
  #writing = false;
  #refusedRoom = false;
  #warnedOfLength = false;
  #closeTimer: NodeJS.Timeout | undefined;
  #receivedBytes = 0;
  #receivedMessages = 0;
  #sentBytes = 0;
  #sentMessages = 0;
  #droppedData = 0;
  #droppedControl = 0;
  #resolveClosed: () => void = () => undefined;
  /** Resolves when the carrier is closed. */
  readonly closed = new Promise<void>((resolve) => {
    this.#resolveClosed = resolve;
  });

  /**
   * @param origin - Of the peer, where it has come by itself: the key of `addressOrigin`.
   * @throws {MeshError} `shutdown`
   */
  constructor(
    node: MeshNode,
    carrier: Carrier,
    description: string,
    options: LinkOptions,
    origin?: string,
  ) {
    this.origin = origin;
    this.description = description;
    this.maxMessageBytes = carrier.maxMessageBytes;
    this.maxPayloadBytes = carrier.maxPayloadBytes;
    this.waitsToBeListed = carrier.waitsToBeListed === true;
    this.#node = node;
    this.#carrier = carrier;
    this.#queue = new FrameQueue(carrier.framing);
    this.#receiver = node.attachLink(this, options);
  }

  /** Whether the peer has named itself and been accepted, at any time. */
  get wasEstablished(): boolean {
    return this.#receiver.wasEstablished;
  }

  /** Whether one end has rejected the other, rather than a link that stood. */
  get wasRefused(): boolean {
    return this.#receiver.wasRefused;
  }

  traffic(): LinkTraffic {
    return {
      receivedBytes: this.#receivedBytes,
      receivedMessages: this.#receivedMessages,
      sentBytes: this.#sentBytes,
      sentMessages: this.#sentMessages,
      droppedData: this.#droppedData,
      droppedControl: this.#droppedControl,
      queuedBytes: this.#queue.dataBytes,
    };
  }

  /** Takes the message `chunk[start..end)` that arrived; its bytes are the caller's again when the call returns. */
  receive(chunk: Buffer, start: number, end: number): void {
    if (this.#state !== 'open') return;
    this.#receivedBytes += end - start;
    this.#receivedMessages++;
    if (end - start <= MAX_MESSAGE_BYTES) this.#receiver.message(chunk, start, end);
    else this.#refuseLength('from', end - start);
  }

  /** The carrier is closed. */
  handleClosed(reason: string): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    clearTimeout(this.#closeTimer);
    this.#receiver.closed(reason);
    this.#resolveClosed();
  }

  sendControl(message: Buffer, mayDrop = false): void {
    if (this.#state !== 'open') return;
    if (message.length > this.maxMessageBytes) this.#refuseLength('to', message.length);
    else if (this.#queue.pushControl(message, mayDrop)) {
      this.#queued(message.length);
      // Pings and the like: their sender measures how long they take.
      if (mayDrop) this.#flush();
    } else if (mayDrop) this.#droppedControl++;
    else this.#carrier.destroy('the peer has stopped reading');
  }

  sendData(chunk: Buffer, start: number, end: number): void {
    if (this.#state !== 'open' || end === start) return;
    if (end - start > this.maxMessageBytes) this.#refuseLength('to', end - start);
    else if (this.#queue.pushData(chunk, start, end)) this.#queued(end - start);
    else this.#droppedData++;
  }

  reserve(length: number): Buffer | undefined {
    if (this.#state !== 'open') return undefined;
    if (this.#queue.dataBytes >= QUEUE_BOUNDS.reserve) {
      this.#refusedRoom = true;
      return undefined;
    }
    return this.#queue.reserve(Math.min(length, this.maxMessageBytes));
  }

  commit(length: number): void {
    this.#queue.commit(length);
    if (length > 0) this.#queued(length);
  }

  close(knownToPeer = false): void {
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    this.#closeTimer = setTimeout(() => this.#carrier.destroy('closed'), CLOSE_MS);
    while (!this.#queue.isEmpty) this.#carrier.write(this.#queue.takeBatch(), () => undefined);
    this.#carrier.end(knownToPeer);
  }

  #queued(length: number): void {
    this.#sentBytes += length;
    this.#sentMessages++;
    this.#flushSoon();
  }

  /** Writes once after everything that the running task queues. */
  #flushSoon(): void {
    if (this.#flushScheduled || this.#writing) return;
    this.#flushScheduled = true;
    queueMicrotask(() => {
      this.#flushScheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#writing || this.#queue.isEmpty || this.#state !== 'open') return;
    this.#writing = true;
    this.#carrier.write(this.#queue.takeBatch(this.#carrier.batchBytes), () => this.#written());
  }

  #written(): void {
    this.#writing = false;
    // a link that closes hands over all at once, so that more may be being written
    if (this.#state === 'open') this.#queue.written();
    this.#flush();
    if (this.#refusedRoom && this.#queue.dataBytes < QUEUE_BOUNDS.reserve) {
      this.#refusedRoom = false;
      this.#receiver.drained();
    }
  }

  /** Says once a link that a message was dropped for its length. */
  #refuseLength(direction: 'from' | 'to', length: number): void {
    if (this.#warnedOfLength) return;
    this.#warnedOfLength = true;
    this.#node.log.warning(
      `Dropping messages ${direction} ${this.description} that are too long: ${length} bytes, and the link carries ${this.maxMessageBytes}`,
    );
  }
}
