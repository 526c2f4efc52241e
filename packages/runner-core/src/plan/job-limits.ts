import type { Termination } from '../termination.js';

/** Longest time a timer takes, in ms. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The limits of a job, in seconds; `undefined` for none. */
export interface Limits {
  readonly job: number | undefined;
  /** Time without output. */
  readonly idle: number | undefined;
  /** Time a prompt may wait. */
  readonly prompt: number | undefined;
}

/**
 * Ends a job that reaches one of its limits. Its owner reports output by {@link output}, and times in which the
 * output is not read, which do not count, by {@link hold} and {@link release}. Owns the timers.
 */
export class JobLimits {
  readonly #limits: Limits;
  readonly #termination: Termination;
  readonly #timers = new Map<keyof Limits, NodeJS.Timeout>();
  #lastOutput = Date.now();
  #held = false;
  #stopped = false;

  constructor(limits: Limits, termination: Termination) {
    this.#limits = limits;
    this.#termination = termination;
  }

  output(): void {
    this.#lastOutput = Date.now();
  }

  hold(): void {
    this.#held = true;
  }

  release(): void {
    if (this.#held) this.output();
    this.#held = false;
  }

  /** @param prompt the prompt the job waits at, if it does */
  start(prompt: () => Promise<string | undefined>): void {
    const { job, idle, prompt: patience } = this.#limits;
    this.output();
    if (job !== undefined)
      this.#after('job', job * 1000, () =>
        this.#termination.end('job', `The job was ended because it took more than ${job} seconds.`),
      );
    if (idle !== undefined)
      this.#whenSilent('idle', idle * 1000, () => {
        this.#termination.end(
          'idle',
          `The job was ended because it printed nothing for ${idle} seconds.`,
        );
        return Promise.resolve();
      });
    if (patience !== undefined)
      this.#whenSilent('prompt', patience * 1000, async () => {
        const last = this.#lastOutput;
        const text = await prompt();
        if (text !== undefined && last === this.#lastOutput && !this.#held && !this.#stopped)
          this.#termination.end('prompt', unanswered(text, patience));
      });
  }

  /** What limits the job does not limit those who handle its last events. */
  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  #after(limit: keyof Limits, ms: number, then: () => void): void {
    if (this.#stopped) return;
    this.#timers.set(limit, setTimeout(then, Math.min(ms, MAX_TIMER_MS)));
  }

  /** Calls `then` each time the job has been silent that long. */
  #whenSilent(limit: keyof Limits, ms: number, then: () => Promise<void>): void {
    let from = 0;
    const check = () => {
      const since = this.#held ? Date.now() : Math.max(this.#lastOutput, from);
      const left = ms - (Date.now() - since);
      if (left > 0) {
        this.#after(limit, left, check);
        return;
      }
      void then().then(() => {
        from = Date.now();
        this.#after(limit, ms, check);
      });
    };
    check();
  }
}

function unanswered(prompt: string, seconds: number): string {
  return (
    `Nobody answered the prompt ${JSON.stringify(prompt)} within ${seconds} seconds. Give a pattern for it and the answer ` +
    'in env/passwords, or more time with the setting prompt_timeout (0 for no limit).'
  );
}
