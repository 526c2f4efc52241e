import type { Logger } from '@receptorjs/primitives';
import type { DiskReserve, DiskReserves } from '@receptorjs/quotas';
import { dirname } from 'node:path';
import { isMissing, WorkError } from '../errors.js';
import type { UnitRecord } from '../store/unit-record.js';
import type { Units } from '../units.js';
import { DiskUse, folderBytes, UNIT_BYTES } from './disk-use.js';
import { mebibytes } from './mebibytes.js';
import { Retention, type RetentionLimits } from './retention.js';
import type { UnitReaders } from './unit-readers.js';

/** How much units may have, and how long they stay. */
export interface RoomLimits {
  /** Bytes on disk of all units that are not released; further submissions are refused. Default: no bound but the reserve of the disk. */
  readonly maxUnitBytes?: number | undefined;
  /** Which units that have ended are kept. Default: all, until they are released. */
  readonly retention?: RetentionLimits | undefined;
}

/** What room is kept with. */
export interface RoomOptions {
  readonly units: Units;
  readonly reserves: DiskReserves;
  /** Folder in which new units are made. */
  readonly folder: string;
  readonly readers: UnitReaders;
  readonly log: Logger;
}

/**
 * Whether there is room for another unit on disk, and what is released to have some: docs/decisions/0120-disk-of-units.md. Nothing is
 * measured while nothing is bounded. It alone writes its fields.
 */
export class Room {
  #maxUnitBytes = Infinity;
  /** Present while the disk of units is bounded. */
  #use: DiskUse | undefined;
  #stopListening: (() => void) | undefined;
  /** Present while units are not kept for ever. */
  #retention: Retention | undefined;

  constructor(private readonly options: RoomOptions) {}

  /** Keeps room by these from now on. Called when the units on disk are known. */
  setLimits({ maxUnitBytes = Infinity, retention = {} }: RoomLimits): void {
    this.close();
    const { units, readers, log } = this.options;
    this.#maxUnitBytes = maxUnitBytes;
    if (maxUnitBytes !== Infinity || retention.maxBytes !== undefined) this.#measure();
    const isOff = [retention.maxAgeMs, retention.maxCount, retention.maxBytes].every(
      (limit) => limit === undefined,
    );
    if (isOff) return;
    this.#retention = new Retention(retention, {
      units: () => units.all(),
      bytesOf: (record) => this.#use?.of(record) ?? folderBytes(record.dir),
      isRead: (unitId) => readers.reads(unitId),
      release: (unit) => units.release(unit, false),
      log,
    });
  }

  /**
   * Checks that there is room for another unit.
   *
   * @throws {WorkError} `no-space`; what the system says
   */
  async admit(): Promise<void> {
    const { reserves } = this.options;
    const { folder, reserve: ofDisk } = this.#disk();
    if (!(await ofDisk.admits(UNIT_BYTES))) {
      const { free, reserve } = await reserves.spaceOf(folder);
      throw new WorkError(
        'no-space',
        `no space for another unit: of the disk of ${folder} ${mebibytes(free)} MiB are free, and ${mebibytes(reserve)} MiB are kept free (diskreserve of node); release some units first`,
      );
    }
    const used = await this.#use?.total();
    if (used !== undefined && used + UNIT_BYTES > this.#maxUnitBytes) throw this.#full(used);
  }

  /**
   * Counts bytes of a submission's stdin before they are written.
   *
   * @throws {WorkError} `no-space`
   */
  async takeInput(record: UnitRecord, bytes: number): Promise<void> {
    const use = this.#use;
    if (use === undefined) return;
    const used = await use.total();
    if (used + bytes > this.#maxUnitBytes) throw this.#full(used);
    use.grow(record, bytes);
  }

  close(): void {
    this.#stopListening?.();
    this.#stopListening = undefined;
    this.#use?.close();
    this.#use = undefined;
    this.#retention?.close();
    this.#retention = undefined;
  }

  #measure(): void {
    const { units } = this.options;
    const use = new DiskUse(() => units.all().map(({ record }) => record));
    this.#use = use;
    this.#stopListening = units.changes.listen(({ record }) => {
      use.notice(record);
    });
  }

  #full(used: number): WorkError {
    return new WorkError(
      'no-space',
      `no space for another unit: all units have ${mebibytes(used)} MiB on disk, and ${mebibytes(this.#maxUnitBytes)} MiB are allowed (maxunitdisk of node); release some first`,
    );
  }

  /** The folder of all units, or the nearest above that is there, and the reserve of its disk. */
  #disk(): { folder: string; reserve: DiskReserve } {
    let { folder } = this.options;
    for (;;) {
      try {
        return { folder, reserve: this.options.reserves.of(folder) };
      } catch (error) {
        if (!isMissing(error) || dirname(folder) === folder) throw error;
        folder = dirname(folder);
      }
    }
  }
}
