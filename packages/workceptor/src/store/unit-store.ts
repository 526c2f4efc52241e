import { errorText, point, type Logger, makeFolder } from '@receptorjs/primitives';
import { UnitState, type JsonValue, type UnitStatus } from '@receptorjs/control-protocol';
import { localOrigin, type Origin } from '@receptorjs/quotas';
import { existsSync, lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { isMissing, WorkError } from '../errors.js';
import { DataDirOwner } from './data-dir-owner.js';
import { lockFileName, readStatusFile, statusFileName } from './status-file.js';
import { isUnitId, randomUnitId } from './unit-id.js';
import { checkNodeFolder, checkUnitFolder } from './own-folder.js';
import { UnitMemory } from '../unit-memory.js';
import { submissionFileName, writeSubmissionName } from './submission-name.js';
import { UnitRecord } from './unit-record.js';

/** Folders looked at before others get their turn. */
const SLICE_LENGTH = 500;

/** What can be in the folder of a unit before its status is. */
const madeFirst: ReadonlySet<string> = new Set([lockFileName, submissionFileName]);

/** Where the units of one node are. */
export interface UnitPlaces {
  /** `<data dir>/<node ID>` is where new units are made; it is itself made, with mode 0700, when the first unit is. */
  readonly dataDir: string;
  /** A data directory of before, whose units are taken over where they are; nothing new is put there. */
  readonly former?: string | undefined;
  readonly nodeId: string;
}

/** The folders that hold the folders of all units of one node. Nothing in them is touched that another user can have put there. */
export class UnitStore {
  readonly #nodeId: string;
  readonly #dataDir: string;
  /** The node's folder, where new units are made. */
  readonly #dir: string;
  readonly #former: { readonly dataDir: string; readonly dir: string } | undefined;
  /** Present while no other process may use the node's units; written by `open` and `close` only. */
  #owner: DataDirOwner | undefined;

  constructor(
    { dataDir, former, nodeId }: UnitPlaces,
    private readonly log: Logger,
    private readonly memory = new UnitMemory(),
  ) {
    this.#nodeId = nodeId;
    this.#dataDir = dataDir;
    this.#dir = join(dataDir, nodeId);
    this.#former =
      former === undefined ? undefined : { dataDir: former, dir: join(former, nodeId) };
  }

  /**
   * Takes the units of the node for this process alone. Makes the data directory where it is missing.
   *
   * @throws {WorkError} `data-dir-in-use`, with the process that has it; `unsafe-folder`
   */
  async open(): Promise<void> {
    if (this.#owner) return;
    checkNodeFolder(this.#dataDir, this.#dir);
    try {
      makeFolder(this.#dataDir);
    } catch {
      // the disk may be read-only or full: the attempt to listen there says so
    }
    checkNodeFolder(this.#dataDir, this.#dir);
    this.#owner = await DataDirOwner.take(this.#dataDir, this.#nodeId, this.log);
  }

  /** Lets other processes have the units of the node. */
  async close(): Promise<void> {
    await this.#owner?.close();
    this.#owner = undefined;
  }

  /**
   * Makes the folder and the status file of a new unit.
   *
   * @param origin whom it is counted for
   * @param submissionName under which the same submission comes again
   * @throws {WorkError} `too-many-params`, `unsafe-folder`; what the system says
   */
  allocate(
    workType: string,
    extraData: JsonValue,
    origin: Origin = localOrigin,
    submissionName?: string,
  ): UnitRecord {
    const status: UnitStatus = {
      state: UnitState.Pending,
      detail: 'Waiting for Input Data',
      stdoutSize: 0n,
      workType,
      extraData,
    };
    this.memory.check(origin, status);
    // before: nothing is made behind a link; after: what has come there meanwhile
    if (!checkNodeFolder(this.#dataDir, this.#dir)) {
      makeFolder(this.#dir);
      checkNodeFolder(this.#dataDir, this.#dir);
    }
    for (;;) {
      const id = randomUnitId();
      const dir = join(this.#dir, id);
      try {
        mkdirSync(dir, { mode: 0o700 });
        point('unit-folder-made');
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'EEXIST') continue;
        throw error;
      }
      const record = new UnitRecord(id, dir, status, this.log, this.memory);
      try {
        if (submissionName !== undefined) writeSubmissionName(dir, submissionName);
        record.create();
        point('unit-created');
      } catch (error) {
        rmSync(dir, { recursive: true, force: true });
        throw error;
      }
      this.memory.hold(id, status, origin);
      return record;
    }
  }

  /**
   * IDs of all folders that are units, those of the data directory of before among them. That one is left alone, with a
   * warning, when it is not safe. A folder in which nothing stands yet or any more, as a daemon leaves one that is killed while it makes or
   * removes a unit, is removed: nobody was told of the one, and who released the other wants it gone.
   *
   * @throws {WorkError} `unsafe-folder` when another user can have put something into a folder of units
   */
  async ids(): Promise<string[]> {
    const ids = checkNodeFolder(this.#dataDir, this.#dir) ? await unitsIn(this.#dir) : [];
    if (this.#former === undefined) return ids;
    try {
      const { dataDir, dir } = this.#former;
      const former = checkNodeFolder(dataDir, dir) ? await unitsIn(dir) : [];
      if (former.length > 0) {
        this.log.info(
          `${former.length} units of ${dir} are taken over; new ones are in ${this.#dir}`,
        );
      }
      return [...new Set([...ids, ...former])];
    } catch (error) {
      if (!isUnsafe(error)) throw error;
      this.log.warning(`Units of an earlier version are not taken over: ${errorText(error)}`);
      return ids;
    }
  }

  /**
   * Reads a unit from disk. One whose status can't be read comes back as failed, in memory only.
   *
   * @returns `undefined` when there is no such unit
   * @throws {WorkError} `unsafe-folder`
   */
  load(id: string): { record: UnitRecord; readable: boolean } | undefined {
    const dir = this.#dirOf(id);
    if (dir === undefined) return undefined;
    try {
      const status = readStatusFile(dir);
      this.memory.hold(id, status);
      return { record: new UnitRecord(id, dir, status, this.log, this.memory), readable: true };
    } catch (error) {
      const status: UnitStatus = {
        state: UnitState.Failed,
        detail: `Failed to restart: ${errorText(error)}`,
        stdoutSize: 0n,
        workType: '',
        extraData: null,
      };
      return { record: new UnitRecord(id, dir, status, this.log), readable: false };
    }
  }

  /** The folder of a unit that is on disk. */
  #dirOf(id: string): string | undefined {
    if (!isUnitId(id)) return undefined;
    const own = join(this.#dir, id);
    // without a status, as after a power cut, it is a unit all the same, which has failed and can be released
    if (checkUnitFolder(own)) return own;
    if (this.#former === undefined) return undefined;
    const { dataDir, dir } = this.#former;
    const former = join(dir, id);
    if (!existsSync(join(former, statusFileName))) return undefined;
    checkNodeFolder(dataDir, dir);
    return checkUnitFolder(former) ? former : undefined;
  }

  /**
   * Removes a unit's folder, its status last: what an interrupted removal leaves is a unit still.
   *
   * @throws {WorkError} `not-removed`
   */
  async remove(record: UnitRecord): Promise<void> {
    const options = { recursive: true, force: true, maxRetries: 3, retryDelay: 100 };
    try {
      for (const name of await namesIn(record.dir)) {
        if (name !== statusFileName) await rm(join(record.dir, name), options);
        point('release-begun');
      }
      point('release-status-left');
      await rm(record.dir, options);
      point('release-removed');
    } catch (cause) {
      throw new WorkError('not-removed', `could not remove ${record.dir}: ${errorText(cause)}`, {
        cause,
      });
    }
    record.markReleased();
  }
}

/** @throws {WorkError} `unsafe-folder` */
async function unitsIn(dir: string): Promise<string[]> {
  const ids = (await namesIn(dir)).filter(isUnitId);
  const units: string[] = [];
  for (const [at, id] of ids.entries()) {
    if (at % SLICE_LENGTH === 0) await setImmediate();
    const path = join(dir, id);
    // any other file is nothing of ours, but a link stands where a unit would
    if (lstatSync(path, { throwIfNoEntry: false })?.isFile() === true) continue;
    if (checkUnitFolder(path) && !removeRemains(path)) units.push(id);
  }
  return units;
}

/** Removes a folder without a status and with nothing that only a unit has. @returns whether it is gone */
function removeRemains(path: string): boolean {
  if (existsSync(join(path, statusFileName))) return false;
  if (readdirSync(path).some((name) => !madeFirst.has(name))) return false;
  try {
    rmSync(path, { recursive: true, force: true });
    return true;
  } catch {
    // a disk that is read-only: the next start finds it again
    return false;
  }
}

/** None when there is no such folder. */
async function namesIn(dir: string): Promise<string[]> {
  try {
    return await readdir(dir);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function isUnsafe(error: unknown): boolean {
  return error instanceof WorkError && error.code === 'unsafe-folder';
}
