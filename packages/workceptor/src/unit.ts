import type { UnitStatus } from '@receptorjs/control-protocol';
import type { UnitRecord } from './store/unit-record.js';

/** Whether a request has taken effect, or will once a remote node can be reached. */
export type Outcome = 'done' | 'pending';

/** A unit of work, whatever its type. Its record is the state; the unit is what happens to it. */
export interface Unit {
  readonly record: UnitRecord;
  /** Whether requests about it must be signed, where its type leaves that to the submission. */
  readonly signed?: boolean | undefined;
  /** The node that runs it, where this one does not: what it tells of the unit is not computed here. */
  readonly ranOn?: string | undefined;
  /** What it waits for, which is none of its own work: other nodes that have yet to be told something, or its turn. Stands in the detail of the status as shown. */
  readonly pending?: string | undefined;
  /** Whether another node has yet to be told of a cancel or a release. */
  readonly unsettled?: boolean | undefined;
  /** The status as shown: sizes current, secrets left out. */
  status(): UnitStatus;
  /**
   * Starts the unit, whose stdin is stored.
   *
   * @returns `Job Started` or `Job Submitted`
   * @throws {WorkError} `start-failed`; its message becomes part of the detail
   */
  start(): Promise<string>;
  /**
   * Whether something is stored by which `recover` goes on after a start that was cut off. Without it, a unit that waited for its turn is
   * not started a second time.
   */
  hasBegun?(): boolean;
  /** Takes the unit up again after a restart of the daemon. */
  recover(): Promise<void>;
  /** Ends the unit's work, if it goes on; says whether that is done or pending. */
  cancel(): Promise<Outcome>;
  /** Ends the unit; when `done`, the caller removes its folder. */
  prepareRelease(force: boolean): Promise<Outcome>;
  /** The daemon stops: lets go of everything, but leaves the work going on. */
  detach(): void;
}
