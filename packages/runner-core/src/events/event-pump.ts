import { CallbackError } from '../errors.js';
import type { EventAssembler } from './event-assembler.js';
import type { EventRecord } from './event-record.js';
import { frozen, handledEvent, type HandledEvent } from './handled-event.js';
import type { Segment } from '../process/output/output-segments.js';
import type { EventHandler } from '../inputs/run-options.js';

/** Characters of output that may wait for the handler before the process is held back. */
const HIGH_WATER = 1024 * 1024;
/** Segments that may wait. */
const HIGH_COUNT = 512;

/** Where events go besides the handler. */
export interface EventDestination {
  /** Records the event; `withFile` is `false` when the handler wants no file. May hold the next one back. */
  record(event: EventRecord, withFile: boolean): void | Promise<void>;
  /** Writes what was gathered: nothing more comes for now. */
  flush(): void | Promise<void>;
}

/** What the pump asks of the process whose output it takes. */
export interface Flow {
  pause(): void;
  resume(): void;
  /** Called once, when a handler or the destination failed. */
  failed(error: unknown): void;
}

/**
 * Carries segments through the assembler to the handler and the destination, one at a time and in order.
 * Owns the queue of what waits. After a failure nothing more is handled; what comes is dropped.
 */
export class EventPump {
  readonly #assembler: EventAssembler;
  readonly #destination: EventDestination;
  readonly #handler: EventHandler | undefined;
  readonly #flow: Flow;
  readonly #queue: Segment[] = [];
  #queued = 0;
  #running: Promise<void> | undefined;
  #failed = false;

  constructor(
    assembler: EventAssembler,
    destination: EventDestination,
    handler: EventHandler | undefined,
    flow: Flow,
  ) {
    this.#assembler = assembler;
    this.#destination = destination;
    this.#handler = handler;
    this.#flow = flow;
  }

  push(segment: Segment): void {
    if (this.#failed) return;
    this.#queue.push(segment);
    this.#queued += segment.text.length;
    if (this.#queued > HIGH_WATER || this.#queue.length > HIGH_COUNT) this.#flow.pause();
    this.#running ??= this.#run();
  }

  /** Resolves when everything pushed so far was handled. Never rejects. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    // Lets the chunk that is being split come in wholly first.
    await Promise.resolve();
    try {
      while (this.#queue.length > 0 && !this.#failed) {
        const batch = this.#queue.splice(0);
        for (const segment of batch) {
          const assembled = this.#assembler.assemble(segment);
          const event =
            assembled instanceof Promise ? await this.#flushedUntil(assembled) : assembled;
          const answer = this.#handle(event);
          const handled = answer instanceof Promise ? await this.#flushedUntil(answer) : answer;
          const recorded = this.#record(event, handled);
          if (recorded !== undefined) await recorded;
          this.#queued -= segment.text.length;
        }
        await this.#destination.flush();
        if (this.#queued <= HIGH_WATER / 2) this.#flow.resume();
      }
    } catch (error) {
      this.#failed = true;
      this.#queue.length = 0;
      this.#queued = 0;
      await this.#lastFlush();
      this.#flow.resume();
      this.#flow.failed(error);
    } finally {
      this.#running = undefined;
    }
  }

  /** After a failure, which is what will be reported. */
  async #lastFlush(): Promise<void> {
    try {
      await this.#destination.flush();
    } catch {
      // The failure may be this very one.
    }
  }

  /** What was gathered does not wait for a promise. */
  async #flushedUntil<T>(promise: Promise<T>): Promise<T> {
    const [value] = await Promise.all([promise, this.#destination.flush()]);
    return value;
  }

  #record(event: EventRecord, handled: HandledEvent): void | Promise<void> {
    if (handled.fate === 'dropped') return undefined;
    if (handled.fate === 'kept') return this.#destination.record(event, handled.withFile);
    return this.#destination.record(event.replacedBy(handled.event, handled.json), true);
  }

  /** What the handler makes of the event. */
  #handle(record: EventRecord): HandledEvent | Promise<HandledEvent> {
    if (this.#handler === undefined) return { fate: 'kept', withFile: true };
    const failed = (error: unknown): never => {
      throw new CallbackError('the event handler', error);
    };
    try {
      const { json } = record;
      const event = frozen(record.event);
      const answer = this.#handler(event, json);
      if (!isThenable(answer)) return handledEvent(answer, event, json);
      return Promise.resolve(answer)
        .then((value) => handledEvent(value, event, json))
        .catch(failed);
    } catch (error) {
      return failed(error);
    }
  }
}

/** Promises of any make. */
function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  );
}
