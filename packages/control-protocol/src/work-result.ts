import type { UnitStatus } from './unit-status.js';

/** A unit of work that has ended. */
export interface WorkResult {
  readonly unitId: string;
  readonly status: UnitStatus;
  /** All of its stdout; empty when `onStdout` took it. */
  readonly stdout: Buffer;
}
