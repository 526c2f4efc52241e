/** One flow of datagrams: whatever has to be closed when it is over. */
export interface Flow {
  close(): void;
}

interface Entry<T> {
  readonly flow: T;
  readonly origin: string;
  usedAt: number;
}

/** How many flows there are, and for how long. */
export interface FlowBounds {
  readonly max: number;
  /** Of one origin. Default: `max`. */
  readonly perOrigin?: number | undefined;
  /** Milliseconds. */
  readonly idleMs: number;
}

/**
 * The flows of a UDP proxy by their source: at most `max`, each until nothing has passed for `idleMs`. A new source
 * beyond the bound takes the place of one that has been quiet the longest: of its own origin when that has its share, else of the
 * origin with the most. It alone writes its fields.
 */
export class FlowTable<T extends Flow> {
  /** The longest quiet first. */
  readonly #flows = new Map<string, Entry<T>>();
  /** The sources of each origin, the longest quiet first. */
  readonly #origins = new Map<string, Set<string>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly bounds: FlowBounds,
    private readonly onEvicted: (source: string) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  get size(): number {
    return this.#flows.size;
  }

  /**
   * The flow of a source, made when there is none. Either way it was used now.
   *
   * @param origin whom the source is counted for
   */
  use(source: string, origin: string, make: () => T): T {
    const known = this.touch(source);
    if (known) return known;
    const flow = make();
    const { max, perOrigin = max, idleMs } = this.bounds;
    if ((this.#origins.get(origin)?.size ?? 0) >= perOrigin) this.#evict(origin);
    if (this.#flows.size >= max) this.#evict(this.#largest());
    this.#flows.set(source, { flow, origin, usedAt: this.now() });
    const sources = this.#origins.get(origin);
    if (sources) sources.add(source);
    else this.#origins.set(origin, new Set([source]));
    this.#schedule(idleMs);
    return flow;
  }

  /** Notes that a source is used, or that something came back for it. */
  touch(source: string): T | undefined {
    const entry = this.#flows.get(source);
    if (!entry) return undefined;
    this.#flows.delete(source);
    this.#flows.set(source, entry);
    const sources = this.#origins.get(entry.origin);
    sources?.delete(source);
    sources?.add(source);
    entry.usedAt = this.now();
    return entry.flow;
  }

  /** Closes and forgets the flow of a source. */
  end(source: string): void {
    const entry = this.#flows.get(source);
    if (!entry) return;
    this.#flows.delete(source);
    const sources = this.#origins.get(entry.origin);
    sources?.delete(source);
    if (sources?.size === 0) this.#origins.delete(entry.origin);
    entry.flow.close();
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

  #evict(origin: string | undefined): void {
    const [oldest] = this.#origins.get(origin ?? '') ?? [];
    if (oldest === undefined) return;
    this.end(oldest);
    this.onEvicted(oldest);
  }

  /** The origin with the most flows; that of the longest quiet flow where all have one. */
  #largest(): string | undefined {
    const [longestQuiet] = this.#flows.values();
    let largest = longestQuiet?.origin;
    // with as many origins as flows there is nothing to look for
    if (this.#origins.size === this.#flows.size) return largest;
    let most = this.#origins.get(largest ?? '')?.size ?? 0;
    for (const [origin, { size }] of this.#origins)
      if (size > most) [largest, most] = [origin, size];
    return largest;
  }

  #schedule(inMs: number): void {
    if (this.#timer) return;
    this.#timer = setTimeout(() => {
      this.expire();
    }, Math.ceil(inMs));
    this.#timer.unref();
  }
}
