import type { Origin } from '@receptorjs/quotas';

/** One flow of datagrams: whatever has to be closed when it is over. */
export interface Flow {
  close(): void;
}

interface Entry<T> {
  readonly flow: T;
  readonly origin: Origin;
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
 * beyond the bound takes the place of one that has been quiet the longest: of its own origin when that has its share, else of those
 * over the link with the most; sources that come over no link of the mesh count as one. It alone writes its fields.
 */
export class FlowTable<T extends Flow> {
  /** The longest quiet first. */
  readonly #flows = new Map<string, Entry<T>>();
  /** The sources of each origin, the longest quiet first. */
  readonly #origins = new SourcesBy();
  /** The same of each link, and of each origin that comes alone. */
  readonly #links = new SourcesBy();
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
  use(source: string, origin: Origin, make: () => T): T {
    const known = this.touch(source);
    if (known) return known;
    const flow = make();
    const { max, perOrigin = max, idleMs } = this.bounds;
    if (this.#origins.count(origin.key) >= perOrigin) this.#evict(this.#origins.oldest(origin.key));
    if (this.#flows.size >= max) this.#evict(this.#links.oldest(this.#largest()));
    this.#flows.set(source, { flow, origin, usedAt: this.now() });
    this.#origins.add(origin.key, source);
    this.#links.add(linkOf(origin), source);
    this.#schedule(idleMs);
    return flow;
  }

  /** Notes that a source is used, or that something came back for it. */
  touch(source: string): T | undefined {
    const entry = this.#flows.get(source);
    if (!entry) return undefined;
    this.#flows.delete(source);
    this.#flows.set(source, entry);
    this.#origins.add(entry.origin.key, source);
    this.#links.add(linkOf(entry.origin), source);
    entry.usedAt = this.now();
    return entry.flow;
  }

  /** Closes and forgets the flow of a source. */
  end(source: string): void {
    const entry = this.#flows.get(source);
    if (!entry) return;
    this.#flows.delete(source);
    this.#origins.delete(entry.origin.key, source);
    this.#links.delete(linkOf(entry.origin), source);
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

  #evict(source: string | undefined): void {
    if (source === undefined) return;
    this.end(source);
    this.onEvicted(source);
  }

  /** The link with the most flows; that of the longest quiet flow where all have one. */
  #largest(): string {
    const [longestQuiet] = this.#flows.values();
    const link = longestQuiet === undefined ? '' : linkOf(longestQuiet.origin);
    // with as many links as flows there is nothing to look for
    return this.#links.size === this.#flows.size ? link : this.#links.largest(link);
  }

  #schedule(inMs: number): void {
    if (this.#timer) return;
    this.#timer = setTimeout(() => {
      this.expire();
    }, Math.ceil(inMs));
    this.#timer.unref();
  }
}

/** Sources by some key, of each the longest quiet first. It alone writes its map. */
class SourcesBy {
  readonly #sources = new Map<string, Set<string>>();

  get size(): number {
    return this.#sources.size;
  }

  count(key: string): number {
    return this.#sources.get(key)?.size ?? 0;
  }

  oldest(key: string): string | undefined {
    return this.#sources.get(key)?.values().next().value;
  }

  /** The key with the most; the given one where none has more. */
  largest(given: string): string {
    let largest = given;
    let most = this.count(given);
    for (const [key, { size }] of this.#sources) if (size > most) [largest, most] = [key, size];
    return largest;
  }

  /** Adds a source, or puts it behind all others. */
  add(key: string, source: string): void {
    const sources = this.#sources.get(key) ?? new Set();
    this.#sources.set(key, sources);
    sources.delete(source);
    sources.add(source);
  }

  delete(key: string, source: string): void {
    const sources = this.#sources.get(key);
    if (sources?.delete(source) === true && sources.size === 0) this.#sources.delete(key);
  }
}

const linkOf = ({ key, link = key }: Origin): string => link;
