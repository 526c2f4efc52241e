import type { Clock } from '../../ports/clock.js';
import type { NewJobEvent, RunPosition } from '../../ports/owned-jobs.js';

/** Events of a batch at most, and events that are held before whoever brings them has to wait. */
const MAX_BATCH = 1_000;
const MAX_HELD = 4_000;

/** Milliseconds that an event waits for others to be stored with. */
const GATHER_MS = 100;

/** What a writer of events needs. */
export interface EventWriterOptions {
  /** Stores a batch, in the order of its counters, and how far the run was taken with it, where that is known; it is called for one at a time. */
  readonly store: (events: readonly NewJobEvent[], position?: RunPosition) => Promise<void>;
  readonly clock: Clock;
  /** Ends the waiting for further events. */
  readonly signal: AbortSignal;
}

/** Gathers the events of a job into batches. What could not be stored is thrown to whoever brings the next event, and to `finish`. It alone writes its fields. */
export class EventWriter {
  readonly #options: EventWriterOptions;
  #held: NewJobEvent[] = [];
  /** Events that were taken, and that were given to be stored. */
  #taken = 0;
  #given = 0;
  #position: { readonly after: number; readonly position: RunPosition } | undefined;
  /** The storing that is under way, or about to be. */
  #storing: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;
  #isFull = new AbortController();

  constructor(options: EventWriterOptions) {
    this.#options = options;
  }

  /** Takes an event; the promise holds further ones back. @throws what storing has thrown */
  add(event: NewJobEvent): Promise<void> | void {
    this.#check();
    this.#held.push(event);
    this.#taken += 1;
    if (this.#held.length >= MAX_BATCH) this.#isFull.abort();
    this.#storing ??= this.#storeSoon();
    if (this.#held.length < MAX_HELD) return undefined;
    return this.#storing.then(() => {
      this.#check();
    });
  }

  /** Says how far the run was taken with the events up to now; it is stored with them, or with the next ones. */
  mark(position: RunPosition): void {
    this.#position = { after: this.#taken, position };
  }

  /** Stores all that is held. @throws what storing has thrown */
  async finish(): Promise<void> {
    this.#isFull.abort();
    await this.#storing;
    this.#check();
  }

  /** Never rejects. */
  async #storeSoon(): Promise<void> {
    const { clock, signal, store } = this.#options;
    try {
      if (!this.#isFull.signal.aborted) {
        await clock.sleep(GATHER_MS, AbortSignal.any([signal, this.#isFull.signal]));
      }
      while (this.#held.length > 0) {
        const batch = this.#held.splice(0, MAX_BATCH);
        this.#given += batch.length;
        await store(batch, this.#reached());
      }
    } catch (error) {
      this.#failure ??= { error };
    } finally {
      this.#storing = undefined;
      this.#isFull = new AbortController();
    }
  }

  /** The position that was marked, once all events up to it are given. */
  #reached(): RunPosition | undefined {
    const marked = this.#position;
    if (marked === undefined || marked.after > this.#given) return undefined;
    this.#position = undefined;
    return marked.position;
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
