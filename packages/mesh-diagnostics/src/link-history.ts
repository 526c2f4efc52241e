/** A link that was seen from both ends and is not any more. */
export interface LostLink {
  readonly a: string;
  readonly b: string;
  readonly cost: number;
  /** When it was found missing, milliseconds since 1970. */
  readonly lostAt: number;
}

/** For how many milliseconds a lost link is remembered: as long as it had stood, within these bounds. */
const REMEMBERED_MS = { least: 60_000, most: 86_400_000 };
/** The most links looked at and known at once; beyond it the oldest are forgotten. */
const MAX_LINKS = 16_384;
/** Changes come in bursts: at most one look in this time, in milliseconds. */
const REST_MS = 200;

/** What a history follows; a `MeshNode` fits. */
export interface FollowedNode {
  /** The links that both of their ends list, each once. */
  linksInReach(): Iterable<{ readonly a: string; readonly b: string; readonly cost: number }>;
  /** Adds a listener, which is called when a path has changed. */
  on(event: 'route', listener: () => void): unknown;
  /** Removes the listener. */
  off(event: 'route', listener: () => void): unknown;
}

interface KnownLink {
  readonly a: string;
  readonly b: string;
  readonly cost: number;
  /** When it was first seen, or seen again. */
  readonly since: number;
  readonly lostAt: number | undefined;
}

/**
 * Remembers the links of the mesh that are gone, a day at most: the mesh itself forgets at once what a lost node had. It alone
 * writes its fields.
 */
export class LinkHistory {
  readonly #node: FollowedNode;
  readonly #now: () => number;
  readonly #links = new Map<string, KnownLink>();
  #timer: NodeJS.Timeout | undefined;

  constructor(node: FollowedNode, now: () => number = Date.now) {
    this.#node = node;
    this.#now = now;
    node.on('route', this.#changed);
    this.look();
  }

  /** The links that were lost, the last one first. */
  lost(): LostLink[] {
    this.look();
    return [...this.#links.values()]
      .flatMap(({ a, b, cost, lostAt }) => (lostAt === undefined ? [] : [{ a, b, cost, lostAt }]))
      .sort((one, other) => other.lostAt - one.lostAt);
  }

  /** Compares what the node knows now with what it knew. */
  look(): void {
    const now = this.#now();
    const present = new Set<string>();
    for (const { a, b, cost } of this.#node.linksInReach()) {
      const key = `${a}\0${b}`;
      present.add(key);
      const known = this.#links.get(key);
      const since = known?.lostAt === undefined ? (known?.since ?? now) : now;
      this.#links.delete(key);
      this.#links.set(key, { a, b, cost, since, lostAt: undefined });
      if (present.size >= MAX_LINKS) break;
    }
    for (const [key, link] of this.#links) {
      if (present.has(key)) continue;
      const lostAt = link.lostAt ?? now;
      const { least, most } = REMEMBERED_MS;
      const remembered = Math.min(most, Math.max(least, lostAt - link.since));
      if (now - lostAt > remembered) this.#links.delete(key);
      else this.#links.set(key, { ...link, lostAt });
    }
    for (const key of this.#links.keys()) {
      if (this.#links.size <= MAX_LINKS) break;
      this.#links.delete(key);
    }
  }

  /** Follows the node no more. */
  close(): void {
    this.#node.off('route', this.#changed);
    clearTimeout(this.#timer);
  }

  readonly #changed = (): void => {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.look();
    }, REST_MS).unref();
  };
}
