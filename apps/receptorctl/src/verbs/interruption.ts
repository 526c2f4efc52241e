/** Milliseconds within which the same signal counts once: shells, npm and timeout send it to the group and the process. */
const ONCE_MS = 200;

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Holds back the end of the program at the first signal, so that what it has begun can be ended in order; the second
 * signal ends it at once. Output that has lost its reader counts as a signal. It alone writes its fields.
 */
export class Interruption {
  readonly #aborted = new AbortController();
  /** Ends the program; present from the first signal on. */
  #exit: (() => void) | undefined;
  /** The first signal, and when it came. */
  #first: { readonly name: NodeJS.Signals; readonly at: number } | undefined;

  /** @param onFirst called at the first signal; it must not throw */
  constructor(private readonly onFirst: () => void) {
    for (const name of signals) process.on(name, this.#hear);
  }

  /** Fires at the first signal. */
  get signal(): AbortSignal {
    return this.#aborted.signal;
  }

  /** Whether a signal has come. A method, because what it returns changes while others wait. */
  hasCome(): boolean {
    return this.#exit !== undefined;
  }

  /** The output can't be written; `exit` ends the program once everything is in order. */
  outputFailed(exit: () => void): void {
    if (this.#exit === undefined) this.#begin(exit);
  }

  /** Lets go of the signals. One that has come takes effect now: the program ends by it, as its caller expects. */
  end(): void {
    for (const name of signals) process.off(name, this.#hear);
    this.#exit?.();
  }

  readonly #hear = (name: NodeJS.Signals): void => {
    const exit = (): void => {
      for (const each of signals) process.off(each, this.#hear);
      process.kill(process.pid, name);
    };
    if (!this.#exit) {
      this.#first = { name, at: performance.now() };
      this.#begin(exit);
    } else if (this.#first?.name !== name || performance.now() - this.#first.at > ONCE_MS) {
      exit();
    }
  };

  #begin(exit: () => void): void {
    this.#exit = exit;
    // the terminal may have gone with the signal
    process.stderr.on('error', () => undefined);
    this.onFirst();
    this.#aborted.abort();
  }
}
