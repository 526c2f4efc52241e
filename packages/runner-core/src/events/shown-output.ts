import type { OutputSink } from '../inputs/run-options.js';

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

  async #answered(): Promise<void> {
    if ((await nextAnswer(this.#sink)) === 'gone') this.#gone = true;
  }
}

/**
 * Sinks that were asked whether they want more. Many runs may show their output on one sink; together they listen once, or
 * Node would warn about so many listeners.
 */
const asked = new WeakMap<OutputSink, Promise<'drained' | 'gone'>>();

function nextAnswer(sink: OutputSink): Promise<'drained' | 'gone'> {
  const before = asked.get(sink);
  if (before !== undefined) return before;
  const answer = new Promise<'drained' | 'gone'>((resolve) => {
    const drained = () => settle('drained');
    const gone = () => settle('gone');
    const settle = (how: 'drained' | 'gone') => {
      sink.off('drain', drained);
      sink.off('close', gone);
      sink.off('error', gone);
      asked.delete(sink);
      resolve(how);
    };
    sink.once('drain', drained);
    sink.once('close', gone);
    sink.once('error', gone);
  });
  asked.set(sink, answer);
  return answer;
}
