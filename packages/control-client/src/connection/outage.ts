import { ControlError } from '@receptorjs/control-protocol';

/** The longest a timer of Node can wait, in milliseconds. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Counts how long a node is out of reach, and calls back when that is too long. It alone writes its fields. */
export class Outage {
  #timer: NodeJS.Timeout | undefined;
  /** What stood in the way last. */
  #cause: unknown;
  #lost: ControlError | undefined;

  constructor(
    /** Milliseconds; `Infinity` for never. */
    private readonly limitMs: number,
    private readonly onLost: () => void,
  ) {}

  /** ControlError `lost`, once it has been too long. */
  get lost(): ControlError | undefined {
    return this.#lost;
  }

  /** An attempt to reach the node has failed. */
  begin(cause: unknown): void {
    this.#cause = cause;
    if (this.#timer) return;
    // keeps the process: nothing else may, while the node is being restarted
    this.#timer = setTimeout(
      () => {
        this.#end();
      },
      Math.min(this.limitMs, LONGEST_TIMER_MS),
    );
  }

  /** The node has answered, or is not asked any more. */
  over(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #end(): void {
    this.#timer = undefined;
    if (this.limitMs === Number.POSITIVE_INFINITY) {
      this.begin(this.#cause);
      return;
    }
    const why = this.#cause instanceof Error ? this.#cause.message : String(this.#cause);
    const text = `the node could not be reached for ${this.limitMs / 1000} s: ${why}`;
    this.#lost = new ControlError('lost', text, { cause: this.#cause });
    this.onLost();
  }
}
