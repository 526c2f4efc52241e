import { errorText, type Logger } from '@receptorjs/primitives';
import { dirname } from 'node:path';
import {
  isFinal,
  reportedStatus,
  UnitState,
  type JsonValue,
  type ReportedStatus,
  type UnitStatus,
  type WorkSubmission,
} from '@receptorjs/control-protocol';
import { LoopTurns } from '@receptorjs/bounded-json';
import {
  DiskReserves,
  nodeOrigin,
  requestOrigin,
  SharedLines,
  type DiskReserve,
} from '@receptorjs/quotas';
import { flag, optional, text, validateOptions } from '@receptorjs/validation';
import { CommandUnit } from './local/command-unit.js';
import { defaultDataDir, formerDataDir } from './store/data-dir.js';
import { WorkError } from './errors.js';
import { RemoteUnit } from './remote/remote-unit.js';
import { remoteExtraData } from './remote/remote-extra-data.js';
import { Resubmissions, submissionIdParam } from './remote/resubmissions.js';
import { tailStdout } from './store/result-tail.js';
import {
  checkParamSize,
  checkRemoteSubmission,
  checkSignature,
  runtimeParams,
} from './submission-checks.js';
import { storeInput } from './store/store-input.js';
import type { Outcome, Unit } from './unit.js';
import type { UnitRecord } from './store/unit-record.js';
import { UnitMemory } from './unit-memory.js';
import { UnitStore } from './store/unit-store.js';
import { UnknownUnit } from './store/unknown-unit.js';
import { WorkTypes, type CommandType } from './work-types.js';
import type { Access, SubmittedUnit } from './work-verbs.js';
import { checkWorkceptorOptions, type WorkceptorOptions } from './workceptor-options.js';

/** Milliseconds after which a release that is still under way is answered as pending. */
const releaseAnswerMs = 5_000;

const silent: Logger = {
  error: () => undefined,
  warning: () => undefined,
  info: () => undefined,
  debug: () => undefined,
};

/**
 * The units of work of one node: commands of this machine, and units that other nodes run for it. Its methods are the
 * verbs of the control service; a rejection's message is the text of the `ERROR:` reply.
 */
export class Workceptor {
  readonly #store: UnitStore;
  readonly #log: Logger;
  readonly #types = new WorkTypes();
  /** All known units; written by `#add` and `#remove` only. */
  readonly #units = new Map<string, Unit>();
  readonly #resubmissions = new Resubmissions();
  /** Shared by all who write to a disk for others. */
  readonly #reserves: DiskReserves;
  /** Lines about nodes that can't be reached. */
  readonly #attempts = new SharedLines();
  /** Set by `start`. */
  #started = false;

  /** @throws {TypeError} `invalid-argument` */
  constructor(private readonly options: WorkceptorOptions) {
    checkWorkceptorOptions(options);
    this.#log = options.log ?? silent;
    this.#reserves = new DiskReserves(options.diskReserveBytes);
    const { dataDir = defaultDataDir(), nodeId } = options;
    const former = options.dataDir === undefined ? formerDataDir() : undefined;
    this.#store = new UnitStore(
      { dataDir, former, nodeId },
      this.#log,
      new UnitMemory(options.maxHeldBytes),
    );
  }

  /**
   * Makes a work type known. Units of this type that were found on disk before are taken up.
   *
   * @throws WorkError `rejected` when the name is taken
   */
  registerCommand(type: CommandType): void {
    validateOptions<CommandType>('registerCommand', type, {
      workType: text,
      command: text,
      params: optional(text),
      allowRuntimeParams: optional(flag),
      verifySignature: optional(flag),
    });
    this.#types.add(type);
    for (const [id, unit] of this.#units) {
      if (!(unit instanceof UnknownUnit) || unit.record.status.workType !== type.workType) continue;
      this.#units.delete(id);
      if (this.#started) void this.#takeUp(id);
    }
  }

  /**
   * Refuses all submissions of a work type, from this machine and from elsewhere. It is not advertised; units of it that are on disk can be listed,
   * canceled and released from this machine.
   *
   * @param reason the text of the refusal
   * @throws WorkError `rejected` when the name is taken
   */
  refuseType(workType: string, reason: string): void {
    this.#types.refuse(workType, reason);
  }

  /** Takes no more submissions of a work type, or knows no more why they are refused. Its units go on; after a restart without the type nothing controls them. */
  removeType(workType: string): void {
    this.#types.remove(workType);
  }

  /** The registered types, for the advertisement of the control service. */
  workCommands(): { workType: string; secure: boolean }[] {
    return this.#types.offered();
  }

  /**
   * Takes up the units an earlier daemon has left. Register the work types before.
   *
   * @throws WorkError `unsafe-folder` when another user can have put something into a folder of units: nothing is taken up then
   */
  async start(): Promise<void> {
    this.#started = true;
    for (const id of await this.#store.ids()) {
      if (!this.#units.has(id)) await this.#takeUp(id);
    }
  }

  /** Adopts a unit nobody asks for; what is wrong with one must not stop the others. */
  async #takeUp(id: string): Promise<void> {
    try {
      if (await this.#adopt(id)) return;
      this.#log.error(`Status file has disappeared for ${id}.`);
    } catch (error) {
      this.#log.error(`[${id}] ${errorText(error)}`);
    }
  }

  /** Lets go of all units; commands and remote units go on without this daemon. */
  close(): Promise<void> {
    for (const unit of this.#units.values()) {
      unit.detach();
      unit.record.retire();
    }
    return Promise.resolve();
  }

  /** Checks a submission and creates its unit. A refused one leaves nothing behind. */
  submit(submission: WorkSubmission, access: Access): Promise<SubmittedUnit> {
    return new Promise((resolve) => {
      const { workType, signWork, signature } = submission;
      checkParamSize(submission.params);
      const refusal = this.#isHere(submission.node) ? this.#types.refusal(workType) : undefined;
      if (refusal !== undefined) throw new WorkError('rejected', refusal);
      const verify = this.#types.command(workType)?.verifySignature === true;
      checkSignature(workType === 'remote' ? signWork : verify, { ...access, signature });
      const { maxUnits = 100_000 } = this.options;
      if (this.#units.size >= maxUnits) {
        throw new WorkError('too-many-units', `${maxUnits} work units exist; release some first`);
      }
      const unit = this.#isHere(submission.node)
        ? this.#allocateLocal(submission, access)
        : this.#allocateRemote(submission, access);
      resolve({
        unitId: unit.record.id,
        start: (stdin) => this.#start(unit, stdin, this.#replaceEarlier(unit, submission)),
      });
    });
  }

  /** The units with their status, or the one named. Throws for an unknown unit. */
  async list(unitId?: string): Promise<[string, ReportedStatus][]> {
    const units = unitId === undefined ? [...this.#units.values()] : [await this.#find(unitId)];
    const turns = new LoopTurns();
    const statuses: [string, ReportedStatus][] = [];
    for (const unit of units) {
      statuses.push([unit.record.id, reportedStatus(unit.status())]);
      // each asks the file system for a size, and there may be a hundred thousand
      await turns.due();
    }
    return statuses;
  }

  /** The status of one unit. Throws for an unknown one. */
  async status(unitId: string): Promise<ReportedStatus> {
    return reportedStatus((await this.#find(unitId)).status());
  }

  /** The status now and whenever its state or detail changes; ends after a final one, and when the unit is released. */
  async watch(unitId: string, signal: AbortSignal): Promise<AsyncIterable<UnitStatus>> {
    return watchStatus(await this.#find(unitId), signal);
  }

  /** Stdout from byte `startPos` on; see `tailStdout`. */
  async results(
    unitId: string,
    startPos: bigint,
    access: Access & { signal: AbortSignal },
  ): Promise<AsyncIterable<Uint8Array>> {
    const unit = await this.#find(unitId);
    this.#checkAccess(unit, access);
    return tailStdout(unit.record, startPos, access.signal);
  }

  /** Ends a unit; `pending` when a remote node has yet to be told. Throws for an unknown unit, or one that a signature is missing for. */
  async cancel(unitId: string, access: Access): Promise<Outcome> {
    const unit = await this.#find(unitId);
    this.#checkAccess(unit, access);
    return unit.cancel();
  }

  /**
   * Ends a unit, frees its space and removes it. It is `pending` when that takes more than five seconds, or when a node that can't be
   * reached has to be told; it goes on then.
   */
  async release(unitId: string, access: Access & { force: boolean }): Promise<Outcome> {
    const unit = await this.#find(unitId);
    this.#checkAccess(unit, access);
    const releasing = this.#release(unit, access);
    return new Promise((resolve, reject) => {
      let answered = false;
      const timer = setTimeout(() => {
        answered = true;
        resolve('pending');
      }, releaseAnswerMs);
      releasing
        .finally(() => {
          clearTimeout(timer);
        })
        .then(resolve, (error: unknown) => {
          if (answered) this.#log.error(`[${unitId}] ${errorText(error)}`);
          reject(error instanceof Error ? error : new Error(errorText(error)));
        });
    });
  }

  async #release(unit: Unit, access: { force: boolean }): Promise<Outcome> {
    const outcome = await unit.prepareRelease(access.force);
    if (outcome === 'done') await this.#remove(unit);
    return outcome;
  }

  #isHere(node: string): boolean {
    return node === this.options.nodeId || node.toLowerCase() === 'localhost';
  }

  #allocateLocal(submission: WorkSubmission, access: Access): Unit {
    if (submission.ttl !== undefined) {
      throw new WorkError('rejected', 'ttl option is intended for remote work only');
    }
    const type = this.#types.command(submission.workType);
    if (!type) throw new WorkError('rejected', `unknown work type ${submission.workType}`);
    const data = { Pid: 0, Params: runtimeParams(type, submission.params) };
    return this.#allocate(type.workType, data, access);
  }

  #allocateRemote(asked: WorkSubmission, access: Access): Unit {
    if (!this.options.dial) {
      throw new WorkError('rejected', 'this node does not submit work to other nodes');
    }
    const tlsClient = asked.tlsClient ?? this.options.defaultTlsClient?.(asked.node);
    const submission = { ...asked, tlsClient };
    const expiration = checkRemoteSubmission(submission, {
      hasTlsClient: this.options.hasTlsClient ?? (() => false),
      now: Date.now(),
      cannotSign: this.options.cannotSign ?? 'signing key is empty',
    });
    return this.#allocate('remote', remoteExtraData(submission, expiration), access);
  }

  #allocate(workType: string, extraData: JsonValue, access: Access): Unit {
    const unit = this.#unitFor(this.#store.allocate(workType, extraData, requestOrigin(access)));
    this.#units.set(unit.record.id, unit);
    return unit;
  }

  #unitFor(record: UnitRecord): Unit {
    const { workType } = record.status;
    const { dial, onReachable, cancelGraceMs = 10_000 } = this.options;
    if (workType === 'remote' && dial) {
      const unit: RemoteUnit = new RemoteUnit(record, {
        nodeId: this.options.nodeId,
        dial,
        onReachable,
        log: this.#log,
        logAttempt: (node, line) => {
          this.#attempts.write(nodeOrigin(node, node), line, (each) => {
            this.#log.info(each);
          });
        },
        stdoutLimits: {
          maxBytes: this.options.maxRemoteStdoutBytes,
          reserve: this.#reserveFor(record),
        },
        onReleased: () => this.#remove(unit),
      });
      return unit;
    }
    const type = this.#types.command(workType);
    if (!type) return new UnknownUnit(record);
    const unit: CommandUnit = new CommandUnit(record, {
      command: type.command,
      graceMs: cancelGraceMs,
      log: this.#log,
      onReleased: () => this.#release(unit, { force: false }),
    });
    return unit;
  }

  /** Of the file system where a unit is; the folder of all units outlasts it. */
  #reserveFor({ dir }: UnitRecord): DiskReserve {
    return this.#reserves.of(dirname(dir));
  }

  /** Releases what an interrupted attempt of the same submission has left; gives the call for when stdin is complete. */
  #replaceEarlier(unit: Unit, { params }: WorkSubmission): () => void {
    const { id } = unit.record;
    const name = params[submissionIdParam];
    if (name === undefined || unit instanceof RemoteUnit) return () => undefined;
    const earlier = this.#units.get(this.#resubmissions.replace(name, id) ?? '');
    if (earlier) {
      this.#remove(earlier).catch((error: unknown) => {
        this.#log.warning(`[${earlier.record.id}] ${errorText(error)}`);
      });
    }
    return () => {
      this.#resubmissions.settle(name, id);
    };
  }

  async #start(
    unit: Unit,
    stdin: AsyncIterable<Uint8Array>,
    onStdinComplete: () => void,
  ): Promise<string> {
    const { record } = unit;
    try {
      await storeInput(record.path('stdin'), stdin, {
        maxBytes: this.options.maxStdinBytes,
        reserve: this.#reserveFor(record),
      });
    } catch (cause) {
      const detail = `Error reading input data: ${errorText(cause)}`;
      record.update({ state: UnitState.Failed, detail });
      throw new WorkError('input-failed', detail, { cause });
    }
    if (record.released || isFinal(record.status.state)) {
      const what = record.released ? 'released' : 'canceled';
      throw new WorkError('start-failed', `work unit ${record.id} was ${what} before it started`);
    }
    onStdinComplete();
    record.update({ detail: 'Starting Worker' }, unit instanceof RemoteUnit ? 'now' : 'soon');
    try {
      return await unit.start();
    } catch (error) {
      const detail = `Error starting worker: ${errorText(error)}`;
      record.update({ state: UnitState.Failed, detail });
      throw error;
    }
  }

  async #find(unitId: string): Promise<Unit> {
    const unit = this.#units.get(unitId) ?? (await this.#adopt(unitId));
    if (!unit) throw new WorkError('unknown-unit', `unknown work unit ${unitId}`);
    return unit;
  }

  /** Takes up a unit that is on disk but not known yet. */
  async #adopt(id: string): Promise<Unit | undefined> {
    const loaded = this.#store.load(id);
    if (!loaded) return undefined;
    const { record, readable } = loaded;
    const unit = readable ? this.#unitFor(record) : new UnknownUnit(record);
    this.#units.set(id, unit);
    await unit.recover();
    return unit;
  }

  #checkAccess(unit: Unit, access: Access): void {
    const { workType } = unit.record.status;
    const verify = unit instanceof RemoteUnit ? unit.signed : this.#types.verifies(workType);
    checkSignature(verify, access);
  }

  async #remove(unit: Unit): Promise<void> {
    unit.detach();
    await this.#store.remove(unit.record);
    this.#units.delete(unit.record.id);
  }
}

async function* watchStatus(unit: Unit, signal: AbortSignal): AsyncGenerator<UnitStatus, void> {
  const { record } = unit;
  let shown: UnitStatus | undefined;
  while (!signal.aborted && !record.released) {
    const { revision, status } = record;
    // the whole status asks the file system for a size, and growth of stdout alone is no news here
    if (status.state !== shown?.state || status.detail !== shown.detail) yield unit.status();
    if (isFinal(status.state)) return;
    shown = status;
    await record.changed(revision, signal);
  }
}
