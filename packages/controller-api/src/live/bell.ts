/**
 * What somebody waits for who looks again when it rings: it is remembered that it has rung, and not how often. It alone writes its fields.
 */
export class Bell {
  #hasRung = false;
  #answer: (() => void) | undefined;

  ring(): void {
    this.#hasRung = true;
    this.#answer?.();
  }

  /**
   * Resolves when it has rung since the last time, at once if it has; or after some milliseconds, or with the signal.
   *
   * @returns whether it has rung
   */
  async wait(ms: number, signal: AbortSignal): Promise<boolean> {
    if (!this.#hasRung && !signal.aborted)
      await new Promise<void>((resolve) => {
        const end = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', end);
          this.#answer = undefined;
          resolve();
        };
        const timer = setTimeout(end, ms);
        signal.addEventListener('abort', end);
        this.#answer = end;
      });
    const hasRung = this.#hasRung;
    this.#hasRung = false;
    return hasRung;
  }
}
