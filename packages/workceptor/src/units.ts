import { errorText, type Logger } from '@receptorjs/primitives';
import type { JsonValue, UnitState } from '@receptorjs/control-protocol';
import type { DiskReserve, Origin } from '@receptorjs/quotas';
import { WorkError } from './errors.js';
import { QueuedUnit } from './room/queued-unit.js';
import type { TypeQueues } from './room/type-queues.js';
import type { StdoutDigests } from './store/stdout-digest.js';
import type { UnitRecord } from './store/unit-record.js';
import type { UnitSecrets } from './store/unit-secrets.js';
import type { UnitStore } from './store/unit-store.js';
import { UnknownUnit } from './store/unknown-unit.js';
import type { Outcome, Unit } from './unit.js';
import { UnitChanges } from './unit-changes.js';
import type { UnitContext, WorkType } from './work-type.js';
import type { WorkTypes } from './work-types.js';

/** What the units of a node are made with. */
export interface UnitsOptions {
  readonly store: UnitStore;
  readonly types: WorkTypes;
  readonly log: Logger;
  readonly cancelGraceMs: number;
  readonly digests: StdoutDigests;
  readonly queues: TypeQueues;
  readonly secrets: UnitSecrets;
  /** The reserve of the disk on which a unit is. */
  readonly reserveFor: (record: UnitRecord) => DiskReserve;
}

/** All known units of a node, from their creation or their being found on disk to their removal. */
export class Units {
  /** Tells of each change of one. */
  readonly changes: UnitChanges;
  /** Written by `create`, `#adopt`, `typeAdded` and `remove` only. */
  readonly #units = new Map<string, Unit>();
  /** IDs of those whose type was not known when they were found. */
  readonly #withoutType = new Set<string>();
  /** Set by `start`. */
  #started = false;

  constructor(private readonly options: UnitsOptions) {
    this.changes = new UnitChanges(options.log);
    this.changes.listen((unit) => {
      if (unit instanceof QueuedUnit) unit.noticeChange();
    });
  }

  get size(): number {
    return this.#units.size;
  }

  /** How many have something that other nodes are yet to be told. */
  get pending(): number {
    let count = 0;
    for (const unit of this.#units.values()) {
      // what waits for a place here is pending in another way
      if (unit.ranOn !== undefined && unit.pending !== undefined) count += 1;
    }
    return count;
  }

  /** A unit that is known by now. */
  get(unitId: string): Unit | undefined {
    return this.#units.get(unitId);
  }

  /** How many there are of each work type in each state. */
  counts(): Map<string, Map<UnitState, number>> {
    const types = new Map<string, Map<UnitState, number>>();
    for (const { record } of this.#units.values()) {
      const { workType, state } = record.status;
      const states = types.get(workType) ?? new Map<UnitState, number>();
      states.set(state, (states.get(state) ?? 0) + 1);
      types.set(workType, states);
    }
    return types;
  }

  all(): Unit[] {
    return [...this.#units.values()];
  }

  /**
   * Makes a unit with a folder of its own.
   *
   * @param origin whom it is counted for
   * @param submissionName under which the same submission comes again
   * @throws {WorkError} `too-many-queued`, `too-many-params`, `unsafe-folder`; what the system says
   */
  create(type: WorkType, extraData: JsonValue, origin: Origin, submissionName?: string): Unit {
    const { store, queues } = this.options;
    if (this.#hasQueue(type)) queues.of(type.workType).admit(origin);
    const record = store.allocate(type.workType, extraData, origin, submissionName);
    const unit = this.#unitOf(record, type, origin);
    this.#know(unit);
    return unit;
  }

  /**
   * The unit of that ID; one that is on disk but not known yet is taken up.
   *
   * @throws {WorkError} `unknown-unit`
   */
  async find(unitId: string): Promise<Unit> {
    const unit = this.#units.get(unitId) ?? (await this.#adopt(unitId));
    if (!unit) throw new WorkError('unknown-unit', `unknown work unit ${unitId}`);
    return unit;
  }

  /**
   * Takes up the units an earlier daemon has left.
   *
   * @throws {WorkError} `unsafe-folder` when another user can have put something into a folder of units, `data-dir-in-use` when another
   * process has it: nothing is taken up then
   */
  async start(): Promise<void> {
    const { store } = this.options;
    await store.open();
    const ids = await store.ids().catch(async (error: unknown) => {
      await store.close();
      throw error;
    });
    this.#started = true;
    for (const id of ids) {
      if (!this.#units.has(id)) await this.#takeUp(id);
    }
    this.options.queues.open();
  }

  /** Takes up those units of a type that were found before the type was known. */
  typeAdded(workType: string): void {
    const type = this.options.types.ofUnits(workType);
    const queue = this.options.queues.of(workType);
    // what runs is known before anything is started that waits
    queue.pause();
    for (const id of this.#withoutType) {
      const record = this.#units.get(id)?.record;
      if (!type || record?.status.workType !== workType) continue;
      this.#withoutType.delete(id);
      if (!this.#started) {
        this.#units.delete(id);
        continue;
      }
      // the same record: somebody may wait for it to change
      const unit = this.#unitOf(record, type);
      this.#know(unit);
      unit.recover().catch((error: unknown) => {
        this.options.log.error(`[${id}] ${errorText(error)}`);
      });
    }
    queue.resume();
  }

  /** Ends a unit and, when nothing is left to do, removes it. */
  async release(unit: Unit, force: boolean): Promise<Outcome> {
    const outcome = await unit.prepareRelease(force);
    if (outcome === 'done') await this.remove(unit);
    return outcome;
  }

  /** @throws {WorkError} `not-removed` */
  async remove(unit: Unit): Promise<void> {
    const { record } = unit;
    unit.detach();
    await this.options.store.remove(record);
    this.#units.delete(record.id);
    this.#withoutType.delete(record.id);
  }

  /** Lets go of all units; what they stand for goes on. */
  async close(): Promise<void> {
    this.options.queues.close();
    for (const unit of this.#units.values()) {
      unit.detach();
      unit.record.retire();
    }
    await this.options.store.close();
  }

  /** Adopts a unit that no request is about; what is wrong with one must not stop the others. */
  async #takeUp(id: string): Promise<void> {
    const { log } = this.options;
    try {
      if (await this.#adopt(id)) return;
      log.error(`Status file has disappeared for ${id}.`);
    } catch (error) {
      log.error(`[${id}] ${errorText(error)}`);
    }
  }

  /** Takes up a unit that is on disk but not known yet. */
  async #adopt(id: string): Promise<Unit | undefined> {
    const { store, types } = this.options;
    const loaded = store.load(id);
    if (!loaded) return undefined;
    const { record, readable } = loaded;
    const type = readable ? types.ofUnits(record.status.workType) : undefined;
    const unit = type ? this.#unitOf(record, type) : new UnknownUnit(record);
    if (!type) this.#withoutType.add(id);
    this.#know(unit);
    await unit.recover();
    return unit;
  }

  #know(unit: Unit): void {
    const { record } = unit;
    this.#units.set(record.id, unit);
    record.onTouch(() => {
      this.changes.tell(unit);
    });
    this.changes.tell(unit);
  }

  #hasQueue(type: WorkType): boolean {
    return this.options.types.registered(type.workType) === type;
  }

  /** @param origin whom it is counted for; nothing for one that was found on disk */
  #unitOf(record: UnitRecord, type: WorkType, origin?: Origin): Unit {
    const { log, cancelGraceMs, digests, queues, secrets, reserveFor } = this.options;
    const context: UnitContext = {
      log,
      cancelGraceMs,
      digests,
      secrets,
      reserve: reserveFor(record),
      release: () => this.release(unit, false),
      remove: () => this.remove(unit),
    };
    const unit = type.createUnit(record, context);
    return this.#hasQueue(type) ? queues.take(unit, origin) : unit;
  }
}
