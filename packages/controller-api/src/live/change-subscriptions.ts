import type { ChangeFeed } from '@receptorjs/controller-core';
import type { AutoResetEvent } from './auto-reset-event.js';

/**
 * Subscriptions to changes of jobs: sets the event of each subscriber when the database notifies of the job, one connection for all of them, and every event where a
 * notification may have been missed. It alone writes its fields.
 */
export class ChangeSubscriptions {
  readonly #byJob = new Map<number, Set<AutoResetEvent>>();
  readonly #toAll = new Set<AutoResetEvent>();
  #listeners: Promise<readonly (() => Promise<void>)[]> | undefined;

  constructor(private readonly feed: ChangeFeed) {}

  /** Listens from the first call on. Subscribers poll the database as well: a start that fails costs time alone. */
  async start(): Promise<void> {
    this.#listeners ??= this.#listen();
    try {
      await this.#listeners;
    } catch (error) {
      this.#listeners = undefined;
      throw error;
    }
  }

  async #listen(): Promise<readonly (() => Promise<void>)[]> {
    const onGap = (): void => this.#notifyAll();
    const onJob = (payload: string): void => {
      for (const event of this.#byJob.get(Number(payload)) ?? []) event.set();
    };
    const onChange = (payload: string): void => {
      onJob(payload);
      for (const event of this.#toAll) event.set();
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
    const listeners = await this.#listeners?.catch(() => undefined);
    for (const end of listeners ?? []) await end();
    this.#listeners = undefined;
  }

  /** Jobs that somebody subscribes to. */
  get jobCount(): number {
    return this.#byJob.size;
  }

  /** Subscribes to the events and the changes of a job. @returns ends that */
  toJob(jobId: number, event: AutoResetEvent): () => void {
    const events = this.#byJob.get(jobId) ?? new Set();
    this.#byJob.set(jobId, events.add(event));
    return () => {
      events.delete(event);
      if (events.size === 0 && this.#byJob.get(jobId) === events) this.#byJob.delete(jobId);
    };
  }

  /** Subscribes to the changes of all jobs. @returns ends that */
  toAll(event: AutoResetEvent): () => void {
    this.#toAll.add(event);
    return () => this.#toAll.delete(event);
  }

  #notifyAll(): void {
    for (const event of this.#toAll) event.set();
    for (const events of this.#byJob.values()) for (const event of events) event.set();
  }
}
