import { errorText, point, type Logger } from '@receptorjs/primitives';
import { isFinal, type UnitStatus } from '@receptorjs/control-protocol';
import type { Origin } from '@receptorjs/quotas';
import type { UnitRecord } from '../store/unit-record.js';
import type { Outcome, Unit } from '../unit.js';
import { failedStart } from '../unit-start.js';
import { readQueueMark, removeQueueMark, writeQueueMark } from './queue-mark.js';
import type { QueueMember, TypeQueue } from './type-queue.js';

/** Units that an earlier daemon has left running: whose they are is not stored. */
const found: Origin = { key: 'found on disk', local: false };

/** A unit of this node that is started when it has a place among those of its type. */
export class QueuedUnit implements Unit, QueueMember {
  readonly record: UnitRecord;
  readonly origin: Origin;
  /** Smaller ones came first; 0 until it is in line. Written by `start` only. */
  #order: number;
  /** Whether a daemon before left it in line; written by `recover` only. */
  #wasWaiting: boolean;

  /** @param origin whom it is counted for; nothing for one that was found on disk */
  constructor(
    private readonly unit: Unit,
    private readonly queue: TypeQueue,
    private readonly log: Logger,
    origin: Origin | undefined,
  ) {
    this.record = unit.record;
    const mark = origin === undefined ? readQueueMark(this.record.dir) : undefined;
    this.origin = origin ?? mark?.origin ?? found;
    this.#order = mark?.order ?? 0;
    this.#wasWaiting = mark !== undefined;
    queue.order.notice(this.#order);
    queue.hold(this);
  }

  get order(): number {
    return this.#order;
  }

  get signed(): boolean | undefined {
    return this.unit.signed;
  }

  get ranOn(): string | undefined {
    return this.unit.ranOn;
  }

  get unsettled(): boolean | undefined {
    return this.unit.unsettled;
  }

  get pending(): string | undefined {
    return this.queue.waitText(this) ?? this.unit.pending;
  }

  status(): UnitStatus {
    const status = this.unit.status();
    const wait = this.queue.waitText(this);
    return wait === undefined ? status : { ...status, detail: wait };
  }

  /** Starts it, or puts it in line: that it waits is stored then. */
  async start(): Promise<string> {
    const { record } = this;
    if (this.queue.takePlace(this)) return this.unit.start();
    this.#order = this.queue.order.next();
    writeQueueMark(record.dir, { order: this.#order, origin: this.origin });
    this.queue.enter(this);
    record.update({ detail: 'Queued' });
    point('queued');
    await record.flushed();
    return 'Job Submitted';
  }

  /** It has a place now, after it was in line. */
  startNow(): void {
    this.#startNow().catch((error: unknown) => {
      this.log.warning(`[${this.record.id}] could not be started: ${errorText(error)}`);
      failedStart(this.record, error);
    });
  }

  async recover(): Promise<void> {
    const { record } = this;
    const isOver = isFinal(record.status.state);
    // one that was begun had its mark for a moment longer
    if (this.#wasWaiting && !isOver && this.unit.hasBegun?.() !== true) {
      this.queue.wait(this);
      return;
    }
    this.#wasWaiting = false;
    if (!isOver) this.queue.goOn(this);
    await this.unit.recover();
    removeQueueMark(record.dir);
  }

  cancel(): Promise<Outcome> {
    return this.#outOfLine(() => this.unit.cancel());
  }

  prepareRelease(force: boolean): Promise<Outcome> {
    return this.#outOfLine(() => this.unit.prepareRelease(force));
  }

  detach(): void {
    this.queue.leave(this);
    this.unit.detach();
  }

  /** Something about it has changed: who has ended gives its place to others. */
  noticeChange(): void {
    const { status, released } = this.record;
    if (released || isFinal(status.state)) this.queue.leave(this);
  }

  async #startNow(): Promise<void> {
    const { record, unit } = this;
    point('queue-left');
    // a type whose units can't tell that they were begun has none that is begun twice
    if (unit.hasBegun === undefined) removeQueueMark(record.dir);
    await unit.start();
    removeQueueMark(record.dir);
  }

  /** Ends it in a way that keeps it from being started meanwhile. One that could not be ended waits again. */
  async #outOfLine(end: () => Promise<Outcome>): Promise<Outcome> {
    const waited = this.queue.withdraw(this);
    try {
      const outcome = await end();
      if (waited) removeQueueMark(this.record.dir);
      return outcome;
    } catch (error) {
      if (waited && !isFinal(this.record.status.state)) this.queue.enter(this);
      throw error;
    }
  }
}
