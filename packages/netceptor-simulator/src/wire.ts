import type { LinkTransport } from '@receptorjs/netceptor';
import type { EventQueue, QueuedEvent } from './event-queue.js';
import type { LinkConditions } from './link-conditions.js';
import { SendingLine } from './sending-line.js';

/** The sending end of a wire. */
export interface WireOwner {
  /** The message `chunk[start..end)` leaves; false when it is lost because nothing passes at present. */
  sends(chunk: Buffer, start: number, end: number): boolean;
  /** The wire takes data again after it was backlogged. */
  drained(): void;
  /** The node has closed the wire, or could not get rid of its control messages. */
  closed(): void;
}

/** The receiving end of a wire. */
export interface WireEnd {
  message(chunk: Buffer, start: number, end: number): void;
  /** All that arrived at this moment has been given. */
  settle(): void;
  /** When the node has done what it has to do, and reads on. */
  readyAt(): number;
  /** The sender has closed the wire, and everything it sent before has arrived. */
  closed(): void;
}

/** What is on its way, in the order of arrival; `chunk` is undefined for the end of the wire. */
interface UnderWay {
  readonly at: number;
  readonly chunk: Buffer | undefined;
  readonly start: number;
  readonly end: number;
}

/** For how long a node reads one wire before others have their turn, in milliseconds. */
const TURN_MS = 5;

/** What a wire is made of. */
export interface WireOptions {
  readonly eventQueue: EventQueue;
  readonly random: () => number;
  readonly conditions: Required<LinkConditions>;
  readonly description: string;
  readonly maxMessageBytes: number;
  /** Messages arrive at multiples of so many milliseconds; 0 for any time. */
  readonly tickMs: number;
  /** The group of the far end in the event queue. */
  readonly group: number;
}

/** One direction of a connection, from the sender's queue to the arrival. It alone writes its fields. */
export class Wire implements LinkTransport {
  readonly description: string;
  readonly maxMessageBytes: number;
  readonly #eventQueue: EventQueue;
  readonly #random: () => number;
  readonly #tickMs: number;
  readonly #conditions: Required<LinkConditions>;
  readonly #owner: WireOwner;
  readonly #far: WireEnd;
  readonly #line: SendingLine | undefined;
  readonly #group: number;
  #arrival: QueuedEvent;
  /** What lies before `#next` has arrived. */
  #underWay: UnderWay[] = [];
  #next = 0;
  #lastArrival = 0;
  #room = Buffer.alloc(0);
  #closed = false;
  #dropped = false;

  constructor(options: WireOptions, owner: WireOwner, far: WireEnd) {
    const { eventQueue, random, conditions, description, maxMessageBytes } = options;
    this.#eventQueue = eventQueue;
    this.#random = random;
    this.#tickMs = options.tickMs;
    this.#conditions = conditions;
    this.description = description;
    this.maxMessageBytes = maxMessageBytes;
    this.#owner = owner;
    this.#far = far;
    this.#group = options.group;
    this.#arrival = this.#nextArrival();
    if (conditions.bytesPerSecond < Infinity) {
      this.#line = new SendingLine(
        eventQueue,
        conditions.bytesPerSecond,
        ({ chunk, start, end }) => {
          this.#depart(chunk, start, end);
          if (this.#closed && this.#line?.isIdle === true) this.#departEnd();
        },
        () => owner.drained(),
      );
    }
  }

  sendControl(message: Buffer, mayDrop = false): void {
    if (this.#closed || message.length > this.maxMessageBytes) return;
    const end = message.length;
    if (this.#line === undefined) this.#depart(message, 0, end);
    else if (!this.#line.pushControl({ chunk: message, start: 0, end }, mayDrop) && !mayDrop)
      this.close();
  }

  sendData(chunk: Buffer, start: number, end: number): void {
    if (this.#closed || end - start > this.maxMessageBytes) return;
    if (this.#line === undefined) this.#depart(chunk, start, end);
    else this.#line.pushData({ chunk, start, end });
  }

  reserve(length: number): Buffer | undefined {
    if (this.#closed || this.#line?.isBacklogged === true) return undefined;
    this.#room = Buffer.allocUnsafe(length);
    return this.#room;
  }

  commit(length: number): void {
    if (length > 0) this.sendData(this.#room, 0, length);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#line?.isIdle !== false) this.#departEnd();
    this.#owner.closed();
  }

  /** Ends it at once: nothing that is under way arrives. */
  drop(): void {
    this.#closed = true;
    this.#dropped = true;
    this.#line?.clear();
    this.#underWay = [];
    this.#next = 0;
    this.#eventQueue.set(this.#arrival, Infinity);
  }

  #depart(chunk: Buffer, start: number, end: number): void {
    if (!this.#owner.sends(chunk, start, end)) return;
    const { latencyMs, jitterMs, loss, reorder, duplicate } = this.#conditions;
    if (loss > 0 && this.#random() < loss) return;
    const usual = latencyMs + (jitterMs > 0 ? this.#random() * jitterMs : 0);
    if (duplicate > 0 && this.#random() < duplicate) {
      const copy = Buffer.from(chunk.subarray(start, end));
      this.#straggle(usual, copy, 0, copy.length);
    }
    if (reorder > 0 && this.#random() < reorder) this.#straggle(usual, chunk, start, end);
    else this.#follow(usual, chunk, start, end);
  }

  #departEnd(): void {
    this.#follow(this.#conditions.latencyMs, undefined, 0, 0);
  }

  /** Behind what is under way. */
  #follow(takes: number, chunk: Buffer | undefined, start: number, end: number): void {
    let at = Math.max(this.#lastArrival, this.#eventQueue.now() + takes);
    if (this.#tickMs > 0) at = Math.ceil(at / this.#tickMs) * this.#tickMs;
    this.#lastArrival = at;
    this.#underWay.push({ at, chunk, start, end });
    if (this.#arrival.at === Infinity) this.#eventQueue.set(this.#arrival, at);
  }

  /** By itself, later than usual. */
  #straggle(usual: number, chunk: Buffer, start: number, end: number): void {
    const late = this.#eventQueue.make(() => {
      if (this.#dropped) return;
      this.#far.message(chunk, start, end);
      this.#far.settle();
    });
    this.#eventQueue.set(late, this.#eventQueue.now() + usual * (1 + this.#random()));
  }

  #nextArrival(): QueuedEvent {
    return this.#eventQueue.make(() => this.#arrive(), this.#group);
  }

  #arrive(): void {
    const now = this.#eventQueue.now();
    const readyAt = this.#far.readyAt();
    if (readyAt > now) {
      this.#eventQueue.set(this.#arrival, readyAt);
      return;
    }
    const isLeft = this.#give(now);
    if (this.#next === this.#underWay.length) {
      this.#underWay = [];
      this.#next = 0;
    } else if (this.#next > 1024 && 2 * this.#next > this.#underWay.length) {
      this.#underWay = this.#underWay.slice(this.#next);
      this.#next = 0;
    }
    const following = this.#underWay[this.#next];
    // Behind the wires that have waited meanwhile.
    if (isLeft) this.#arrival = this.#nextArrival();
    if (following !== undefined) {
      this.#eventQueue.set(
        this.#arrival,
        isLeft ? Math.max(now, this.#far.readyAt()) : following.at,
      );
    }
    this.#far.settle();
  }

  /** Gives the far end what has arrived; true when something is left that a node which is busy by now reads later. */
  #give(now: number): boolean {
    for (;;) {
      const next = this.#underWay[this.#next];
      if (next === undefined || next.at > now) return false;
      if (this.#far.readyAt() > now + TURN_MS) return true;
      this.#next++;
      if (next.chunk === undefined) this.#far.closed();
      else this.#far.message(next.chunk, next.start, next.end);
    }
  }
}
