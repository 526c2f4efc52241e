import { errorText } from '@receptorjs/primitives';
import { UnitState } from '@receptorjs/control-protocol';
import { failureCode } from './errors.js';
import type { UnitRecord } from './store/unit-record.js';

/** The unit could not be started, which its status says. */
export function failedStart(record: UnitRecord, error: unknown): void {
  const detail = `Error starting worker: ${errorText(error)}`;
  const report = { errorCode: failureCode(error, 'start-failed') };
  record.update({ state: UnitState.Failed, detail, report });
}
