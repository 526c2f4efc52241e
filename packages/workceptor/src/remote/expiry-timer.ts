/** The longest a timer of Node can wait, in milliseconds. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Calls back at a time, however far off that is, and keeps no process alive. It alone writes its field. */
export class ExpiryTimer {
  #timer: NodeJS.Timeout | undefined;

  /** @param expired called once, at once for a time that has passed */
  start(atMs: number, expired: () => void): void {
    this.stop();
    const left = atMs - Date.now();
    if (left <= 0) {
      expired();
      return;
    }
    const wait = Math.min(left, LONGEST_TIMER_MS);
    this.#timer = setTimeout(() => {
      this.start(atMs, expired);
    }, wait);
    this.#timer.unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
