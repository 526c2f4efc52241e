import type { EventQueue, QueuedEvent } from './event-queue.js';

/** What waits in front of a line of limited bandwidth, in bytes; as the backends bound theirs. */
const BOUNDS = {
  /** Control messages; a link that can't get rid of them is closed. */
  control: 4_194_304,
  /** Control messages that may be dropped are, beyond this. */
  droppableControl: 262_144,
  /** Data; beyond this the newest is dropped. */
  data: 1_048_576,
  /** Data; beyond this the node is not asked for more. */
  reserve: 262_144,
} as const;

/** The message `chunk[start..end)`. */
export interface Message {
  readonly chunk: Buffer;
  readonly start: number;
  readonly end: number;
}

/** A line that takes time for each byte, with a queue in front: control messages ahead of data. It alone writes its fields. */
export class SendingLine {
  readonly #eventQueue: EventQueue;
  readonly #bytesPerSecond: number;
  readonly #depart: (message: Message) => void;
  readonly #drained: () => void;
  readonly #free: QueuedEvent;
  #control: Message[] = [];
  #controlBytes = 0;
  #data: Message[] = [];
  #dataBytes = 0;
  /** What the line is busy with. */
  #passing: Message | undefined;
  #backlogged = false;

  /** `depart` takes each message when its last byte is on the way; `drained` is called when there is room again. */
  constructor(
    eventQueue: EventQueue,
    bytesPerSecond: number,
    depart: (message: Message) => void,
    drained: () => void,
  ) {
    this.#eventQueue = eventQueue;
    this.#bytesPerSecond = bytesPerSecond;
    this.#depart = depart;
    this.#drained = drained;
    this.#free = eventQueue.make(() => this.#passed());
  }

  /** Whether nothing waits and nothing is on the line. */
  get isIdle(): boolean {
    return this.#passing === undefined;
  }

  /** Whether a node's own data has to wait; `drained` says when no longer. */
  get isBacklogged(): boolean {
    if (this.#dataBytes >= BOUNDS.reserve) this.#backlogged = true;
    return this.#backlogged;
  }

  /** Queues a control message; false when there is no room for it. */
  pushControl(message: Message, mayDrop: boolean): boolean {
    const length = message.end - message.start;
    const bound = mayDrop ? BOUNDS.droppableControl : BOUNDS.control;
    if (this.#controlBytes + length > bound) return false;
    this.#controlBytes += length;
    this.#control.push(message);
    this.#next();
    return true;
  }

  /** Queues data, or drops it when there is no room. */
  pushData(message: Message): void {
    if (this.#dataBytes >= BOUNDS.data) return;
    this.#dataBytes += message.end - message.start;
    this.#data.push(message);
    this.#next();
  }

  /** Forgets everything. */
  clear(): void {
    [this.#control, this.#data, this.#passing] = [[], [], undefined];
    [this.#controlBytes, this.#dataBytes] = [0, 0];
    this.#eventQueue.set(this.#free, Infinity);
  }

  #next(): void {
    if (this.#passing !== undefined) return;
    const control = this.#control.shift();
    const message = control ?? this.#data.shift();
    if (message === undefined) return;
    const length = message.end - message.start;
    if (control === undefined) this.#dataBytes -= length;
    else this.#controlBytes -= length;
    this.#passing = message;
    const takes = (length / this.#bytesPerSecond) * 1000;
    this.#eventQueue.set(this.#free, this.#eventQueue.now() + takes);
  }

  #passed(): void {
    const message = this.#passing;
    this.#passing = undefined;
    this.#next();
    if (message !== undefined) this.#depart(message);
    if (this.#backlogged && this.#dataBytes < BOUNDS.reserve / 2) {
      this.#backlogged = false;
      this.#drained();
    }
  }
}
