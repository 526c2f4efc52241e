import type { JobState, ResourceStore, Row } from '@receptorjs/controller-core';
import { isActive } from '@receptorjs/controller-core';
import { allOf, equals } from '../query/criteria.js';
import { presentUnified } from '../resources/unified-fields.js';

/** Where the events of something that runs are, and what it is. */
export interface EventSource {
  /** Of what runs: `jobs`. */
  readonly runs: string;
  /** Of its events: `job_events`. */
  readonly events: string;
  /** The field of an event that refers to what runs: `job`. */
  readonly by: string;
}

/** Some events, in the order of their counters. */
export interface EventBatch {
  readonly rows: readonly Row[];
  /** Whether no other will come. */
  readonly isComplete: boolean;
  /** Whether there may be more by now. */
  readonly isFull: boolean;
  /** What runs, as it was before the events were read; nothing once it has been removed. */
  readonly job: Row | undefined;
}

/**
 * Reads the events of something that runs, each once, in the order of their counters and without a gap: one that is missing is waited for until
 * the run has ended. It keeps no event, only how far it has come, and alone writes that.
 */
export class EventReader {
  #after: number;

  /** @param after the counter of the event that was read last; 0 for none */
  constructor(
    private readonly store: ResourceStore,
    private readonly source: EventSource,
    private readonly jobId: number,
    after: number,
  ) {
    this.#after = after;
  }

  /** The counter of the event that was read last. */
  get position(): number {
    return this.#after;
  }

  async read(limit: number): Promise<EventBatch> {
    const { runs, events, by } = this.source;
    // before its events: what is complete now has all of them
    const job = await this.store.get(runs, this.jobId);
    if (job === undefined) return { rows: [], isComplete: true, isFull: false, job };
    const hasEnded = !isActive(job['status'] as JobState);
    const isWhole = presentUnified(job)['event_processing_finished'] === true;
    const found = await this.store.list(events, {
      criterion: allOf([
        equals(by, this.jobId),
        { kind: 'field', field: 'counter', lookup: 'gt', value: this.#after },
      ]),
      order: [{ path: ['counter'], isDescending: false }],
      limit,
      offset: 0,
    });
    const rows = hasEnded && isWhole ? found : this.#withoutGap(found);
    this.#after = Number(rows.at(-1)?.['counter'] ?? this.#after);
    const isFull = found.length === limit && rows.length === limit;
    return { rows, isComplete: hasEnded && isWhole && !isFull, isFull, job };
  }

  #withoutGap(found: readonly Row[]): readonly Row[] {
    const gap = found.findIndex(({ counter }, at) => Number(counter) !== this.#after + at + 1);
    return gap === -1 ? found : found.slice(0, gap);
  }
}
