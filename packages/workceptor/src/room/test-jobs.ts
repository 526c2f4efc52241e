import { isFinal, UnitState } from '@receptorjs/control-protocol';
import { existsSync, writeFileSync } from 'node:fs';
import type { UnitRecord } from '../store/unit-record.js';
import type { Outcome, Unit } from '../unit.js';
import type { WorkType } from '../work-type.js';
import type { QueueLimits } from './type-queue.js';

/** Jobs that run until the test ends them, whatever becomes of the daemon: what tests of queues need of commands. */
export class TestJobs {
  /** IDs of units in the order in which they were started. */
  readonly starts: string[] = [];
  readonly running = new Set<string>();
  /** What a cancel waits for. */
  cancelable: Promise<void> = Promise.resolve();
  /** Whether other nodes have yet to be told something. */
  isUnsettled = false;
  /** IDs of units that had ended, at each attempt to release them. */
  readonly releasesOf: string[] = [];
  /** What comes of a release of a unit that has ended. */
  releases: () => Promise<Outcome> = () => Promise.resolve('done');
  /** Ended, and the daemon did not know yet when it was closed. */
  readonly #ended = new Set<string>();
  readonly #records = new Map<string, UnitRecord>();

  /** The work type `job`; each daemon has one of its own. */
  type(queue?: QueueLimits): WorkType {
    return {
      workType: 'job',
      verifySignature: false,
      queue,
      checkSubmission: () => ({}),
      createUnit: (record) => this.#unit(record),
    };
  }

  /** The job of a unit ends. */
  end(id: string): void {
    if (!this.running.delete(id)) return;
    this.#ended.add(id);
    this.#records.get(id)?.update({ state: UnitState.Succeeded, detail: 'exit status 0' });
  }

  /** The job of a unit has written something. */
  touch(id: string): void {
    this.#records.get(id)?.touch();
  }

  #unit(record: UnitRecord): Unit {
    const { id } = record;
    const begun = record.path('begun');
    const follow = (): void => {
      this.#records.set(id, record);
      if (this.#ended.has(id)) record.update({ state: UnitState.Succeeded, detail: 'found ended' });
    };
    const stop = async (): Promise<Outcome> => {
      await this.cancelable;
      if (isFinal(record.status.state)) {
        this.releasesOf.push(id);
        return this.releases();
      }
      if (this.running.delete(id)) this.#ended.add(id);
      record.update({ state: UnitState.Canceled, detail: 'Canceled' });
      return 'done';
    };
    const isUnsettled = (): boolean => this.isUnsettled;
    return {
      record,
      get unsettled() {
        return isUnsettled();
      },
      status: () => record.status,
      hasBegun: () => existsSync(begun),
      start: () => {
        writeFileSync(begun, '');
        this.starts.push(id);
        this.running.add(id);
        record.update({ state: UnitState.Running, detail: 'Running' });
        follow();
        return Promise.resolve('Job Started');
      },
      recover: () => {
        if (isFinal(record.status.state)) return Promise.resolve();
        if (existsSync(begun)) follow();
        else record.update({ state: UnitState.Failed, detail: 'Pending at restart' });
        return Promise.resolve();
      },
      cancel: stop,
      prepareRelease: stop,
      detach: () => undefined,
    };
  }
}
