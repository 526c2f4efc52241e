import type { RunEvent } from './events.js';
import { validateJobOptions } from '../inputs/run-option-checks.js';
import { frozen, handledEvent } from './handled-event.js';
import type { RunOptions } from '../inputs/run-options.js';
import type { RunResult } from '../run-result.js';
import { run } from '../run.js';

/**
 * A run as an iteration over its events. The run starts with the first step of the iteration and goes as fast as
 * its events are taken; leaving the iteration early cancels it. Iterate once.
 */
export class EventStream implements AsyncIterable<RunEvent> {
  readonly #options: RunOptions;
  readonly #result: Promise<RunResult>;
  #settle: ((result: Promise<RunResult>) => void) | undefined;

  constructor(options: RunOptions) {
    this.#options = options;
    this.#result = new Promise((resolve) => {
      this.#settle = resolve;
    });
    // A caller that only iterates gets the error there.
    this.#result.catch(() => undefined);
  }

  /** Settles when the run has ended; pending until the iteration has started. */
  get result(): Promise<RunResult> {
    return this.#result;
  }

  /** The events of the run, once. A caller that stops before the end cancels the run. */
  async *[Symbol.asyncIterator](): AsyncGenerator<RunEvent, void, undefined> {
    const settle = this.#settle;
    if (settle === undefined) throw new TypeError('A run can be iterated once.');
    this.#settle = undefined;
    const abort = new AbortController();
    let offer: ((event: RunEvent | undefined) => void) | undefined;
    let accept: (() => void) | undefined;
    let left = false;
    const signals = this.#options.signal === undefined ? [] : [this.#options.signal];
    let next = new Promise<RunEvent | undefined>((resolve) => {
      offer = resolve;
    });
    const result = run({
      ...this.#options,
      signal: AbortSignal.any([abort.signal, ...signals]),
      onEvent: async (event, json) => {
        const wanted = await this.#options.onEvent?.(event, json);
        const handled = handledEvent(wanted, event, json);
        if (left || handled.fate === 'dropped') return wanted;
        const taken = new Promise<void>((resolve) => {
          accept = resolve;
        });
        offer?.(handled.fate === 'replaced' ? frozen(handled.event) : event);
        await taken;
        return wanted;
      },
    });
    settle(result);
    const over = result.then(
      () => offer?.(undefined),
      () => offer?.(undefined),
    );
    try {
      for (let event = await next; event !== undefined; event = await next) {
        yield event;
        next = new Promise((resolve) => {
          offer = resolve;
        });
        accept?.();
      }
    } finally {
      left = true;
      abort.abort();
      accept?.();
      await over;
    }
    await result;
  }
}

/**
 * Runs as {@link run} does, and gives the events one by one.
 *
 * @throws {ConfigurationError} for an option of the wrong kind or name.
 */
export function runEvents(options: RunOptions): EventStream {
  validateJobOptions('runEvents', options);
  return new EventStream(options);
}
