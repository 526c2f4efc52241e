import type { UnitStatus } from '@receptorjs/control-protocol';
import type { Outcome, Unit } from '../unit.js';
import type { UnitRecord } from './unit-record.js';

/**
 * A unit on disk whose work type is not configured now, or whose status can't be read. It is shown and can be released;
 * what is stored stays untouched until the type is configured again.
 */
export class UnknownUnit implements Unit {
  constructor(readonly record: UnitRecord) {}

  status(): UnitStatus {
    return { ...this.record.status, extraData: 'Unknown WorkType' };
  }

  start(): Promise<string> {
    return Promise.reject(new Error(`unknown work type ${this.record.status.workType}`));
  }

  recover(): Promise<void> {
    return Promise.resolve();
  }

  cancel(): Promise<Outcome> {
    return Promise.resolve('done');
  }

  prepareRelease(): Promise<Outcome> {
    return Promise.resolve('done');
  }

  detach(): void {
    // nothing is held
  }
}
