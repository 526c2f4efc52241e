import { errorText, point, silentLogger, type Logger } from '@receptorjs/primitives';
import { dirname } from 'node:path';
import {
  isFinal,
  reportedStatus,
  UnitState,
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
import { defaultDataDir, formerDataDir } from './store/data-dir.js';
import { failureCode, WorkError } from './errors.js';
import { pendingInTime } from './pending-in-time.js';
import { remoteWorkType } from './remote/remote-work-type.js';
import { SecretParams } from './remote/secret-params.js';
import { Resubmissions, submissionIdParam } from './remote/resubmissions.js';
import { tailStdout } from './store/result-tail.js';
import { WorkSignatures } from './signing/work-signatures.js';
import { StdoutDigests } from './store/stdout-digest.js';
import { digestReply, type DigestReply, type DigestRequest } from './store/digest-request.js';
import { checkParamSize } from './submission-checks.js';
import { checkedName, forgetSubmissionName, readSubmissionName } from './store/submission-name.js';
import { storeInput } from './store/store-input.js';
import type { Outcome, Unit } from './unit.js';
import type { UnitRecord } from './store/unit-record.js';
import type { UnitListener } from './unit-changes.js';
import { UnitMemory } from './unit-memory.js';
import { UnitStore } from './store/unit-store.js';
import { Units } from './units.js';
import type { WorkType } from './work-type.js';
import { WorkTypes } from './work-types.js';
import type { Access, SubmittedUnit } from './work-verbs.js';
import { checkWorkceptorOptions, type WorkceptorOptions } from './workceptor-options.js';

/**
 * The units of work of one node: commands of this machine, and units that other nodes run for it. Its methods are the
 * verbs of the control service; a rejection's message is the text of the `ERROR:` reply.
 */
export class Workceptor {
  /** What this node signs by and verifies by; neither at first. */
  readonly signatures: WorkSignatures;
  readonly #log: Logger;
  /** The type of units that other nodes run. */
  readonly #remote: WorkType;
  readonly #types: WorkTypes;
  readonly #units: Units;
  readonly #resubmissions = new Resubmissions();
  readonly #digests: StdoutDigests;
  /** Shared by all who write to a disk for others. */
  readonly #reserves: DiskReserves;
  /** Lines about nodes that can't be reached. */
  readonly #attempts = new SharedLines();

  /** @throws {TypeError} `invalid-argument` */
  constructor(private readonly options: WorkceptorOptions) {
    checkWorkceptorOptions(options);
    const log = options.log ?? silentLogger;
    this.#log = log;
    this.signatures = new WorkSignatures(options.nodeId);
    this.#digests = new StdoutDigests(log);
    this.#reserves = new DiskReserves(options.diskReserveBytes);
    const { dataDir = defaultDataDir(), nodeId, cancelGraceMs = 10_000 } = options;
    const former = options.dataDir === undefined ? formerDataDir() : undefined;
    const memory = new UnitMemory(options.maxHeldBytes);
    const store = new UnitStore({ dataDir, former, nodeId }, log, memory);
    this.#remote = remoteWorkType({
      ...options,
      sign: (node) => this.signatures.sign(node),
      secrets: new SecretParams({ dataDir, nodeId }),
      reserveFor: (record) => this.#reserveFor(record),
      logAttempt: (node, line) => {
        this.#attempts.write(nodeOrigin(node, node), line, (each) => {
          log.info(each);
        });
      },
    });
    this.#types = new WorkTypes(this.#remote);
    this.#units = new Units({
      store,
      types: this.#types,
      log,
      cancelGraceMs,
      digests: this.#digests,
    });
  }

  /**
   * Makes a work type known, such as a {@link commandWorkType}. Units of this type that were found on disk before are taken up.
   *
   * @throws {WorkError} `rejected` when the name is taken
   */
  registerWorkType(type: WorkType): void {
    this.#types.add(type);
    this.#units.typeAdded(type.workType);
  }

  /**
   * Refuses all submissions of a work type, from this machine and from elsewhere. It is not advertised; units of it that are on disk can be listed,
   * canceled and released from this machine.
   *
   * @param reason the text of the refusal
   * @throws {WorkError} `rejected` when the name is taken
   */
  refuseType(workType: string, reason: string): void {
    this.#types.refuse(workType, reason);
  }

  /** Takes no more submissions of a work type, or knows no more why they are refused. Its units go on; after a restart without the type nothing controls them. */
  removeType(workType: string): void {
    this.#types.remove(workType);
  }

  /** How many units there are of each work type in each state, without a look at the disk. */
  unitCounts(): ReadonlyMap<string, ReadonlyMap<UnitState, number>> {
    return this.#units.counts();
  }

  /**
   * Calls back at each change of a unit, of status, of stdout and of existence, before whoever asked for the change hears that it is done.
   *
   * @returns a call that ends it
   */
  onUnitChange(listener: UnitListener): () => void {
    return this.#units.changes.listen(listener);
  }

  /** The registered types, for the advertisement of the control service. */
  workCommands(): { workType: string; secure: boolean }[] {
    return this.#types.offered();
  }

  /**
   * Takes up the units an earlier daemon has left. Register the work types before.
   *
   * @throws {WorkError} `unsafe-folder` when another user can have put something into a folder of units, `data-dir-in-use` when another
   * process has it: nothing is taken up then
   */
  async start(): Promise<void> {
    await this.#units.start();
    for (const { record } of this.#units.all()) {
      if (record.status.state !== UnitState.Failed) continue;
      const name = readSubmissionName(record.dir);
      if (name !== undefined) this.#resubmissions.replace(name, record.id);
    }
  }

  /** Lets go of all units; commands and remote units go on without this daemon. */
  close(): Promise<void> {
    this.#digests.close();
    return this.#units.close();
  }

  /** Checks a submission and creates its unit. A refused one leaves nothing behind. */
  async submit(submission: WorkSubmission, access: Access): Promise<SubmittedUnit> {
    const { workType, signature } = submission;
    checkParamSize(submission.params);
    const isHere = this.#isHere(submission.node);
    const refusal = isHere ? this.#types.refusal(workType) : undefined;
    if (refusal !== undefined) throw new WorkError('rejected', refusal);
    await this.#checkSubmission(submission, isHere, { ...access, signature });
    const { maxUnits = 100_000 } = this.options;
    if (this.#units.size >= maxUnits) {
      throw new WorkError('too-many-units', `${maxUnits} work units exist; release some first`);
    }
    const type = isHere ? this.#typeHere(submission) : this.#remote;
    const extraData = type.checkSubmission(submission);
    // the name of a submission is for the node that runs it
    const name = isHere ? checkedName(submission.params[submissionIdParam]) : undefined;
    const unit = this.#units.create(type, extraData, requestOrigin(access), name);
    return {
      unitId: unit.record.id,
      start: (stdin) =>
        this.#start(unit, stdin, name === undefined ? undefined : this.#replaceEarlier(unit, name)),
    };
  }

  /** The units with their status, or the one named. Throws for an unknown unit. */
  async list(unitId?: string): Promise<[string, ReportedStatus][]> {
    const units = unitId === undefined ? this.#units.all() : [await this.#units.find(unitId)];
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
    return reportedStatus((await this.#units.find(unitId)).status());
  }

  /** The status now and whenever its state or detail changes; ends after a final one, and when the unit is released. */
  async watch(unitId: string, signal: AbortSignal): Promise<AsyncIterable<UnitStatus>> {
    return watchStatus(await this.#units.find(unitId), signal);
  }

  /** Stdout from byte `startPos` on; see `tailStdout`. */
  async results(
    unitId: string,
    startPos: bigint,
    access: Access & { signal: AbortSignal },
  ): Promise<AsyncIterable<Uint8Array>> {
    const unit = await this.#units.find(unitId);
    await this.#checkAccess(unit, access);
    return tailStdout(unit.record, startPos, access.signal);
  }

  /**
   * SHA-256 of stdout: of all of it, which waits for the unit's end and is that of the node where it ran, or of some bytes as they are
   * here.
   *
   * @throws {WorkError} `unknown-unit`; `not-verifiable` when the node where the unit ran has told no digest; `bad-range`
   */
  async digest(
    unitId: string,
    request: DigestRequest,
    access: Access & { signal: AbortSignal },
  ): Promise<DigestReply> {
    const unit = await this.#units.find(unitId);
    await this.#checkAccess(unit, access);
    return digestReply(unit, request, { digests: this.#digests, signal: access.signal });
  }

  /**
   * Ends a unit. It is `pending` when that takes more than five seconds, or when a node that can't be reached has to know of it; it goes
   * on then. Throws for an unknown unit, or one that a signature is missing for.
   */
  async cancel(unitId: string, access: Access): Promise<Outcome> {
    const unit = await this.#units.find(unitId);
    await this.#checkAccess(unit, access);
    return this.#inTime(unitId, flushed(unit, unit.cancel()));
  }

  /**
   * Ends a unit, frees its space and removes it. It is `pending` when that takes more than five seconds, or when a node that can't be
   * reached has to know of it; it goes on then.
   */
  async release(unitId: string, access: Access & { force: boolean }): Promise<Outcome> {
    const unit = await this.#units.find(unitId);
    await this.#checkAccess(unit, access);
    return this.#inTime(unitId, flushed(unit, this.#units.release(unit, access.force)));
  }

  #inTime(unitId: string, ending: Promise<Outcome>): Promise<Outcome> {
    return pendingInTime(ending, (error) => {
      this.#log.error(`[${unitId}] ${errorText(error)}`);
    });
  }

  #isHere(node: string): boolean {
    return node === this.options.nodeId || node.toLowerCase() === 'localhost';
  }

  /** The type of a submission to this node. */
  #typeHere({ workType, ttl }: WorkSubmission): WorkType {
    if (ttl !== undefined) {
      throw new WorkError('rejected', 'ttl option is intended for remote work only');
    }
    const type = this.#types.registered(workType);
    if (!type) throw new WorkError('rejected', `unknown work type ${workType}`);
    return type;
  }

  /** Of the file system where a unit is; the folder of all units outlasts it. */
  #reserveFor({ dir }: UnitRecord): DiskReserve {
    return this.#reserves.of(dirname(dir));
  }

  /** Releases what an interrupted attempt of the same submission has left; gives the call for when stdin is complete. */
  #replaceEarlier(unit: Unit, name: string): () => void {
    const { id, dir } = unit.record;
    const earlier = this.#units.get(this.#resubmissions.replace(name, id) ?? '');
    if (earlier) {
      this.#units.remove(earlier).catch((error: unknown) => {
        this.#log.warning(`[${earlier.record.id}] ${errorText(error)}`);
      });
    }
    return () => {
      this.#resubmissions.settle(name, id);
      forgetSubmissionName(dir);
    };
  }

  async #start(
    unit: Unit,
    stdin: AsyncIterable<Uint8Array>,
    onStdinComplete: (() => void) | undefined,
  ): Promise<string> {
    const { record } = unit;
    try {
      await storeInput(record.path('stdin'), stdin, {
        maxBytes: this.options.maxStdinBytes,
        reserve: this.#reserveFor(record),
      });
    } catch (cause) {
      const detail = `Error reading input data: ${errorText(cause)}`;
      const report = { errorCode: failureCode(cause, 'input-incomplete') };
      record.update({ state: UnitState.Failed, detail, report });
      throw new WorkError('input-failed', detail, { cause });
    }
    await record.flushed();
    if (record.released || isFinal(record.status.state)) {
      const what = record.released ? 'released' : 'canceled';
      throw new WorkError('start-failed', `work unit ${record.id} was ${what} before it started`);
    }
    point('stdin-stored');
    onStdinComplete?.();
    try {
      const said = await unit.start();
      point('started');
      return said;
    } catch (error) {
      const detail = `Error starting worker: ${errorText(error)}`;
      const report = { errorCode: failureCode(error, 'start-failed') };
      record.update({ state: UnitState.Failed, detail, report });
      throw error;
    }
  }

  /** Checks the signature of a submission, and whether what is submitted to another node may be signed and can be. */
  async #checkSubmission(
    { workType, signWork }: WorkSubmission,
    isHere: boolean,
    access: Access,
  ): Promise<void> {
    const verify = this.#types.verifiesSubmission(workType, signWork);
    if (isHere || !signWork) return this.signatures.check(verify, access);
    if (access.transport === 'unix') await this.signatures.check(verify, access);
    else await this.signatures.checkMaySign(access);
    await this.signatures.checkCanSign();
  }

  #checkAccess({ record, signed = false }: Unit, access: Access): Promise<void> {
    const { workType } = record.status;
    // a type that is gone may have been one whose requests must be signed
    const verify =
      this.#types.verifiesUnit(workType, signed) ||
      (this.signatures.verifies && !this.#types.knows(workType));
    return this.signatures.check(verify, access);
  }
}

/** What a cancel or release has written is on the disk before it is answered. */
async function flushed({ record }: Unit, ending: Promise<Outcome>): Promise<Outcome> {
  const outcome = await ending;
  await record.flushed();
  return outcome;
}

async function* watchStatus(unit: Unit, signal: AbortSignal): AsyncGenerator<UnitStatus, void> {
  const { record } = unit;
  let shown: { readonly status: UnitStatus; readonly pending: string | undefined } | undefined;
  while (!signal.aborted && !record.released) {
    const { revision, status } = record;
    const { pending } = unit;
    // the whole status asks the file system for a size, and growth of stdout alone is no change here
    const isNew = status.state !== shown?.status.state || status.detail !== shown.status.detail;
    if (isNew || pending !== shown?.pending) yield unit.status();
    if (isFinal(status.state)) return;
    shown = { status, pending };
    await record.changed(revision, signal);
  }
}
