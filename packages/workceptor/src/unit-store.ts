import { UnitState, type JsonValue, type UnitStatus } from '@receptorjs/control-client';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing, messageOf, WorkError } from './errors.js';
import { readStatusFile, statusFileName } from './status-file.js';
import { isUnitId, randomUnitId } from './unit-id.js';
import type { Logger } from './logger.js';
import { makeFolder } from './make-folder.js';
import { UnitRecord } from './unit-record.js';

/** The folder that holds the folders of all units of one node. */
export class UnitStore {
  constructor(
    /** `<data dir>/<node ID>`; made, with mode 0700, when the first unit is. */
    readonly dir: string,
    private readonly log: Logger,
  ) {}

  /** Makes the folder and the status file of a new unit. */
  allocate(workType: string, extraData: JsonValue): UnitRecord {
    makeFolder(this.dir);
    for (;;) {
      const id = randomUnitId();
      const dir = join(this.dir, id);
      try {
        mkdirSync(dir, { mode: 0o700 });
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'EEXIST') continue;
        throw error;
      }
      const record = new UnitRecord(
        id,
        dir,
        {
          state: UnitState.Pending,
          detail: 'Waiting for Input Data',
          stdoutSize: 0n,
          workType,
          extraData,
        },
        this.log,
      );
      try {
        record.create();
      } catch (error) {
        rmSync(dir, { recursive: true, force: true });
        throw error;
      }
      return record;
    }
  }

  /** IDs of all folders that can be units. */
  async ids(): Promise<string[]> {
    try {
      const entries = await readdir(this.dir, { withFileTypes: true });
      return entries
        .filter((entry) => entry.isDirectory() && isUnitId(entry.name))
        .map(({ name }) => name);
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  /**
   * Reads a unit from disk. One whose status can't be read comes back as failed, in memory only.
   *
   * @returns `undefined` when there is no such unit or it has no status file
   */
  load(id: string): { record: UnitRecord; readable: boolean } | undefined {
    if (!isUnitId(id)) return undefined;
    const dir = join(this.dir, id);
    if (!existsSync(join(dir, statusFileName))) return undefined;
    try {
      return { record: new UnitRecord(id, dir, readStatusFile(dir), this.log), readable: true };
    } catch (error) {
      const status: UnitStatus = {
        state: UnitState.Failed,
        detail: `Failed to restart: ${messageOf(error)}`,
        stdoutSize: 0n,
        workType: '',
        extraData: null,
      };
      return { record: new UnitRecord(id, dir, status, this.log), readable: false };
    }
  }

  /**
   * Removes a unit's folder.
   *
   * @throws WorkError `not-removed`
   */
  async remove(record: UnitRecord): Promise<void> {
    try {
      await rm(record.dir, { recursive: true, force: true, maxRetries: 3, retryDelay: 100 });
    } catch (cause) {
      throw new WorkError('not-removed', `could not remove ${record.dir}: ${messageOf(cause)}`, {
        cause,
      });
    }
    record.markReleased();
  }
}
