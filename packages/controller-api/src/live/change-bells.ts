import type { ChangeFeed } from '@receptorjs/controller-core';
import type { Bell } from './bell.js';

/**
 * Rings the bells of those who follow jobs when the database tells of them, one connection for all of them, and all bells where something may have
 * been missed. It alone writes its fields.
 */
export class ChangeBells {
  readonly #ofJobs = new Map<number, Set<Bell>>();
  readonly #ofChanges = new Set<Bell>();
  #endings: Promise<readonly (() => Promise<void>)[]> | undefined;

  constructor(private readonly feed: ChangeFeed) {}

  /** Listens from the first call on. Whoever follows looks at the database by the clock as well: a start that fails costs time alone. */
  async start(): Promise<void> {
    this.#endings ??= this.#listen();
    try {
      await this.#endings;
    } catch (error) {
      this.#endings = undefined;
      throw error;
    }
  }

  async #listen(): Promise<readonly (() => Promise<void>)[]> {
    const onGap = (): void => this.#ringAll();
    const onJob = (payload: string): void => {
      for (const bell of this.#ofJobs.get(Number(payload)) ?? []) bell.ring();
    };
    const onChange = (payload: string): void => {
      onJob(payload);
      for (const bell of this.#ofChanges) bell.ring();
    };
    const first = await this.feed.listen('job_events', onJob, onGap);
    try {
      return [first, await this.feed.listen('job_changed', onChange, onGap)];
    } catch (error) {
      await first();
      throw error;
    }
  }

  async stop(): Promise<void> {
    const endings = await this.#endings?.catch(() => undefined);
    for (const end of endings ?? []) await end();
    this.#endings = undefined;
  }

  /** Has a bell rung for the events of a job, and for what becomes of it. @returns ends that */
  ofJob(jobId: number, bell: Bell): () => void {
    const bells = this.#ofJobs.get(jobId) ?? new Set();
    this.#ofJobs.set(jobId, bells.add(bell));
    return () => {
      bells.delete(bell);
      if (bells.size === 0 && this.#ofJobs.get(jobId) === bells) this.#ofJobs.delete(jobId);
    };
  }

  /** Has a bell rung for what becomes of any job. @returns ends that */
  ofChanges(bell: Bell): () => void {
    this.#ofChanges.add(bell);
    return () => this.#ofChanges.delete(bell);
  }

  #ringAll(): void {
    for (const bell of this.#ofChanges) bell.ring();
    for (const bells of this.#ofJobs.values()) for (const bell of bells) bell.ring();
  }
}
