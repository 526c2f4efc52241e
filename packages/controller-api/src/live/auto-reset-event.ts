/**
 * An event that one waits for: being set is remembered until somebody has waited for it, how often is not. It alone writes its fields.
 */
export class AutoResetEvent {
  #isSet = false;
  #wake: (() => void) | undefined;

  set(): void {
    this.#isSet = true;
    this.#wake?.();
  }

  /**
   * Resolves when it has been set since the last time, at once if it has; or after some milliseconds, or with the signal.
   *
   * @returns whether it has been set
   */
  async wait(ms: number, signal: AbortSignal): Promise<boolean> {
    if (!this.#isSet && !signal.aborted)
      await new Promise<void>((resolve) => {
        const end = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', end);
          this.#wake = undefined;
          resolve();
        };
        const timer = setTimeout(end, ms);
        signal.addEventListener('abort', end);
        this.#wake = end;
      });
    const isSet = this.#isSet;
    this.#isSet = false;
    return isSet;
  }
}
