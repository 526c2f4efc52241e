/** One flow of datagrams: whatever has to be closed when it is over. */
export interface Flow {
  close(): void;
}

interface Entry<T> {
  readonly flow: T;
  usedAt: number;
}

/**
 * The flows of a UDP proxy by their source: at most `max`, each until nothing has passed for `idleMs`. A new source
 * beyond the bound takes the place of the one that has been quiet the longest. It alone writes its fields.
 */
export class FlowTable<T extends Flow> {
  /** The longest quiet first. */
  readonly #flows = new Map<string, Entry<T>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly bounds: { readonly max: number; readonly idleMs: number },
    private readonly onEvicted: (source: string) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  get size(): number {
    return this.#flows.size;
  }

  /** The flow of a source, made when there is none. Either way it was used now. */
  use(source: string, make: () => T): T {
    const entry = this.#flows.get(source);
    if (entry) {
      this.#flows.delete(source);
      this.#flows.set(source, entry);
      entry.usedAt = this.now();
      return entry.flow;
    }
    const flow = make();
    if (this.#flows.size >= this.bounds.max) this.#evict();
    this.#flows.set(source, { flow, usedAt: this.now() });
    this.#schedule(this.bounds.idleMs);
    return flow;
  }

  /** Notes that something came back for a source. */
  touch(source: string): void {
    const entry = this.#flows.get(source);
    if (!entry) return;
    this.#flows.delete(source);
    this.#flows.set(source, entry);
    entry.usedAt = this.now();
  }

  /** Closes and forgets the flow of a source. */
  end(source: string): void {
    const entry = this.#flows.get(source);
    this.#flows.delete(source);
    entry?.flow.close();
  }

  /** Closes and forgets those that have been quiet for too long. */
  expire(): void {
    this.#timer = undefined;
    const now = this.now();
    for (const [source, { usedAt }] of this.#flows) {
      const left = usedAt + this.bounds.idleMs - now;
      if (left > 0) {
        this.#schedule(left);
        return;
      }
      this.end(source);
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const source of [...this.#flows.keys()]) this.end(source);
  }

  #evict(): void {
    const [oldest] = this.#flows.keys();
    if (oldest === undefined) return;
    this.end(oldest);
    this.onEvicted(oldest);
  }

  #schedule(inMs: number): void {
    if (this.#timer) return;
    this.#timer = setTimeout(() => {
      this.expire();
    }, Math.ceil(inMs));
    this.#timer.unref();
  }
}
