import { MAX_MESSAGE_BYTES, type LinkTransport } from '@receptorjs/netceptor';
import type { Agenda, Due } from './agenda.js';
import type { LinkConditions } from './link-conditions.js';
import { SendingLine, type Message } from './sending-line.js';

/** The sending end of a wire. */
export interface WireOwner {
  /** A message leaves; false when it is lost because nothing passes at present. */
  sends(message: Message): boolean;
  /** The wire takes data again after it was backlogged. */
  drained(): void;
  /** The node has closed the wire, or could not get rid of its control messages. */
  closed(): void;
}

/** The receiving end of a wire. */
export interface WireEnd {
  message(message: Message): void;
  /** All that arrived at this moment has been given. */
  settle(): void;
  /** The sender has closed the wire, and everything it sent before has arrived. */
  closed(): void;
}

interface UnderWay extends Partial<Message> {
  readonly at: number;
}

/** What a wire is made of. */
export interface WireOptions {
  readonly agenda: Agenda;
  readonly random: () => number;
  readonly conditions: Required<LinkConditions>;
  readonly description: string;
  readonly maxMessageBytes: number;
}

/** One direction of a connection, from the sender's queue to the arrival. It alone writes its fields. */
export class Wire implements LinkTransport {
  readonly description: string;
  readonly maxMessageBytes: number;
  readonly #agenda: Agenda;
  readonly #random: () => number;
  readonly #conditions: Required<LinkConditions>;
  readonly #owner: WireOwner;
  readonly #far: WireEnd;
  readonly #line: SendingLine | undefined;
  readonly #arrival: Due;
  /** Under way in the order of arrival; what lies before `#next` has arrived. Without a message: the end. */
  #underWay: UnderWay[] = [];
  #next = 0;
  #lastArrival = 0;
  #room = Buffer.alloc(0);
  #closed = false;
  #dropped = false;

  constructor(options: WireOptions, owner: WireOwner, far: WireEnd) {
    const { agenda, random, conditions, description, maxMessageBytes } = options;
    this.#agenda = agenda;
    this.#random = random;
    this.#conditions = conditions;
    this.description = description;
    this.maxMessageBytes = maxMessageBytes;
    this.#owner = owner;
    this.#far = far;
    this.#arrival = agenda.make(() => this.#arrive());
    if (conditions.bytesPerSecond < Infinity) {
      this.#line = new SendingLine(
        agenda,
        conditions.bytesPerSecond,
        (message) => {
          this.#depart(message);
          if (this.#closed && this.#line?.isIdle === true) this.#departEnd();
        },
        () => owner.drained(),
      );
    }
  }

  sendControl(message: Buffer, mayDrop = false): void {
    if (this.#closed || message.length > this.maxMessageBytes) return;
    const whole = { chunk: message, start: 0, end: message.length };
    if (this.#line === undefined) this.#depart(whole);
    else if (!this.#line.pushControl(whole, mayDrop) && !mayDrop) this.close();
  }

  sendData(chunk: Buffer, start: number, end: number): void {
    if (this.#closed || end - start > this.maxMessageBytes) return;
    if (this.#line === undefined) this.#depart({ chunk, start, end });
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
    this.#agenda.set(this.#arrival, Infinity);
  }

  #depart(message: Message): void {
    if (!this.#owner.sends(message)) return;
    const { latencyMs, jitterMs, loss, reorder, duplicate } = this.#conditions;
    if (loss > 0 && this.#random() < loss) return;
    const usual = latencyMs + (jitterMs > 0 ? this.#random() * jitterMs : 0);
    if (duplicate > 0 && this.#random() < duplicate) {
      const { chunk, start, end } = message;
      const copy = Buffer.from(chunk.subarray(start, end));
      this.#straggle({ chunk: copy, start: 0, end: copy.length }, usual);
    }
    if (reorder > 0 && this.#random() < reorder) this.#straggle(message, usual);
    else this.#follow(usual, message);
  }

  #departEnd(): void {
    this.#follow(this.#conditions.latencyMs);
  }

  /** Behind what is under way. */
  #follow(takes: number, message?: Message): void {
    this.#lastArrival = Math.max(this.#lastArrival, this.#agenda.now() + takes);
    this.#underWay.push({ ...message, at: this.#lastArrival });
    if (this.#arrival.at === Infinity) this.#agenda.set(this.#arrival, this.#lastArrival);
  }

  /** By itself, later than usual. */
  #straggle(message: Message, usual: number): void {
    const late = this.#agenda.make(() => {
      if (this.#dropped) return;
      this.#far.message(message);
      this.#far.settle();
    });
    this.#agenda.set(late, this.#agenda.now() + usual * (1 + this.#random()));
  }

  #arrive(): void {
    const now = this.#agenda.now();
    for (;;) {
      const next = this.#underWay[this.#next];
      if (next === undefined || next.at > now) break;
      this.#next++;
      const { chunk, start = 0, end = 0 } = next;
      if (chunk === undefined) this.#far.closed();
      else this.#far.message({ chunk, start, end });
    }
    if (this.#next === this.#underWay.length) {
      this.#underWay = [];
      this.#next = 0;
    } else if (this.#next > 1024) {
      this.#underWay = this.#underWay.slice(this.#next);
      this.#next = 0;
    }
    const following = this.#underWay[this.#next];
    if (following !== undefined) this.#agenda.set(this.#arrival, following.at);
    this.#far.settle();
  }
}

