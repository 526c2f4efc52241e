/** Nodes whose limit is remembered; the oldest is forgotten when there are more. */
const MAX_NODES = 1024;
/** Milliseconds a limit is believed: the way may have become a better one. */
const BELIEVED_MS = 60_000;

/** The largest datagrams that the paths to nodes have carried, as far as a node refused larger ones. It alone writes its fields. */
export class PathLimits {
  readonly #limits = new Map<string, { readonly bytes: number; readonly until: number }>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  set(nodeId: string, bytes: number): void {
    this.#limits.delete(nodeId);
    if (this.#limits.size >= MAX_NODES) {
      const [oldest] = this.#limits.keys();
      if (oldest !== undefined) this.#limits.delete(oldest);
    }
    this.#limits.set(nodeId, { bytes, until: this.now() + BELIEVED_MS });
  }

  /** Infinity when nothing is known. */
  of(nodeId: string): number {
    const limit = this.#limits.get(nodeId);
    if (!limit) return Infinity;
    if (limit.until > this.now()) return limit.bytes;
    this.#limits.delete(nodeId);
    return Infinity;
  }
}
