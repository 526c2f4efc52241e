import type { OutputSink } from './run-options.js';

/**
 * Shows text on a sink that may be slow, or go away: a pipe whose reader has seen enough ends what is shown, not what is
 * done. Owns whether the sink is still there.
 */
export class ShownOutput {
  readonly #sink: OutputSink;
  #gone = false;

  constructor(sink: OutputSink) {
    this.#sink = sink;
  }

  /** Hands the text over; a promise says that the sink wants no more for now. */
  show(text: string): void | Promise<void> {
    if (this.#gone || text === '') return;
    // One that was destroyed says nothing any more, so nothing may be waited for.
    if (this.#sink.destroyed === true) this.#gone = true;
    else if (!this.#sink.write(text)) return this.#answered();
  }

  #answered(): Promise<void> {
    const sink = this.#sink;
    return new Promise((resolve) => {
      const drained = () => {
        sink.off('close', left);
        sink.off('error', left);
        resolve();
      };
      const left = () => {
        this.#gone = true;
        sink.off('drain', drained);
        drained();
      };
      sink.once('drain', drained);
      sink.once('close', left);
      sink.once('error', left);
    });
  }
}
