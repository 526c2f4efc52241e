/** The most messages waiting; more are dropped, as a link would. */
const MAX_WAITING = 4096;

/**
 * Messages of a node to itself, delivered one after the other: a service that answers while it receives does not
 * recurse. It alone writes its fields.
 */
export class LocalQueue {
  readonly #deliver: (message: Buffer) => void;
  readonly #onDrop: () => void;
  #waiting: Buffer[] = [];
  #delivering = false;

  /** @param onDrop called for each message that finds no room */
  constructor(deliver: (message: Buffer) => void, onDrop: () => void) {
    this.#deliver = deliver;
    this.#onDrop = onDrop;
  }

  push(message: Buffer): void {
    if (this.#waiting.length >= MAX_WAITING) {
      this.#onDrop();
      return;
    }
    this.#waiting.push(message);
    if (this.#delivering) return;
    this.#delivering = true;
    try {
      while (this.#waiting.length > 0) {
        const batch = this.#waiting;
        this.#waiting = [];
        for (const next of batch) this.#deliver(next);
      }
    } finally {
      this.#delivering = false;
    }
  }
}
