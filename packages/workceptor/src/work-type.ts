import type { JsonValue, WorkSubmission } from '@receptorjs/control-protocol';
import type { Logger } from '@receptorjs/primitives';
import type { QueueLimits } from './room/type-queue.js';
import type { DiskRoom } from './store/disk-room.js';
import type { StdoutDigests } from './store/stdout-digest.js';
import type { UnitRecord } from './store/unit-record.js';
import type { UnitSecrets } from './store/unit-secrets.js';
import type { Unit } from './unit.js';

/** What the workceptor does for a unit. */
export interface UnitContext {
  readonly log: Logger;
  /** Milliseconds that what is canceled has to end by itself. */
  readonly cancelGraceMs: number;
  /** By which a unit that ran here ends, so that its status tells the digest of its stdout. */
  readonly digests: StdoutDigests;
  /** By which the type keeps what is secret of its submissions. */
  readonly secrets: UnitSecrets;
  /** What is left alone of the file system on which the unit is, for what others have written. */
  readonly reserve: DiskRoom;
  /** Releases the unit as a request would: for a release that an earlier daemon had begun. */
  readonly release: () => Promise<unknown>;
  /** Removes the unit, whose release has nothing left to do. */
  readonly remove: () => Promise<void>;
}

/**
 * A type of work: how its submissions are checked, and what its units are. A package that brings another type gives one of these
 * to {@link Workceptor.registerWorkType}.
 */
export interface WorkType {
  /** Name by which it is submitted, advertised and stored; `remote` is taken. */
  readonly workType: string;
  /**
   * Whether requests about it from TCP and the mesh must be signed; those that must are advertised as secure. `as-submitted` when
   * each submission says so by `signWork`, and its unit by {@link Unit.signed}.
   */
  readonly verifySignature: boolean | 'as-submitted';
  /** How many of its units run at once, and how many may wait. Default: any number. */
  readonly queue?: QueueLimits | undefined;
  /**
   * Checks a submission before anything of it is stored.
   *
   * @param secrets seals what must not stand in the status file in clear
   * @returns what the unit remembers: the ExtraData of its status file
   * @throws {WorkError} `rejected`
   */
  checkSubmission(submission: WorkSubmission, secrets: UnitSecrets): JsonValue;
  /**
   * Makes the unit of a record: of a new one, whose stdin is to come, or of one that was found on disk, whose
   * {@link Unit.recover} is called then. It starts nothing by itself.
   */
  createUnit(record: UnitRecord, context: UnitContext): Unit;
}
