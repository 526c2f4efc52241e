/** A hold on something shared; let go of once. */
export interface Hold<T> {
  readonly value: T;
  readonly letGo: () => void;
}

/** How things are shared. */
export interface Sharing<T> {
  /** Ends one that nobody holds any more. */
  readonly close: (value: T) => void;
  /** Milliseconds for which one that nobody holds is kept. Default 0. */
  readonly idleMs?: number;
  /** How many of those are kept; the one that nobody has held for longest goes first. Default 0. */
  readonly maxIdle?: number;
}

/** Where something comes from that is not there yet. */
export interface Source<T> {
  readonly make: () => T;
  /** Whether one that nobody has held for a while may be held again. Default: yes. */
  readonly isStillGood?: (value: T) => boolean;
}

interface Shared<T> {
  readonly value: T;
  users: number;
  /** Ends it; there while nobody holds it. */
  timer?: NodeJS.Timeout | undefined;
}

/** Things by keys, each made by the first one who asks and closed some time after the last one has let go of it. It alone writes its fields. */
export class SharedThings<T> {
  /** Those that nobody holds in the order in which they were let go of. */
  readonly #all = new Map<string, Shared<T>>();

  constructor(private readonly sharing: Sharing<T>) {}

  /** @throws what `make` and `isStillGood` throw */
  hold(key: string, { make, isStillGood = () => true }: Source<T>): Hold<T> {
    const idle = this.#all.get(key);
    if (idle?.users === 0 && !isStillGood(idle.value)) this.#close(key, idle);
    const shared: Shared<T> = this.#all.get(key) ?? { value: make(), users: 0 };
    clearTimeout(shared.timer);
    this.#all.set(key, shared);
    shared.users += 1;
    let isHeld = true;
    return {
      value: shared.value,
      letGo: () => {
        if (!isHeld) return;
        isHeld = false;
        shared.users -= 1;
        if (shared.users === 0) this.#leave(key, shared);
      },
    };
  }

  #leave(key: string, shared: Shared<T>): void {
    const { idleMs = 0, maxIdle = 0 } = this.sharing;
    this.#all.delete(key);
    this.#all.set(key, shared);
    shared.timer = setTimeout(() => {
      this.#close(key, shared);
    }, idleMs).unref();
    const idle = [...this.#all].filter(([, { users }]) => users === 0);
    for (const [oldest, left] of idle.slice(0, Math.max(idle.length - maxIdle, 0))) {
      this.#close(oldest, left);
    }
  }

  #close(key: string, shared: Shared<T>): void {
    clearTimeout(shared.timer);
    this.#all.delete(key);
    this.sharing.close(shared.value);
  }
}
