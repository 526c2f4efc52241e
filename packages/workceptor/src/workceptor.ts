import { errorText, silentLogger, type Logger } from '@receptorjs/primitives';
import { dirname, join } from 'node:path';
import {
  reportedStatus,
  type ReportedStatus,
  type UnitState,
  type UnitStatus,
  type WorkSubmission,
  type UnitEvent,
  wasStarted,
} from '@receptorjs/control-protocol';
import { LoopTurns } from '@receptorjs/bounded-json';
import { DiskReserves, nodeOrigin, SharedLines, type DiskReserve } from '@receptorjs/quotas';
import { AccessChecks } from './access-checks.js';
import { WorkError } from './errors.js';
import { unitAges } from './events/unit-ages.js';
import { unitEvents, type UnitEventsOptions } from './events/unit-events.js';
import { UnitJournal, type UnitTotals } from './events/unit-journal.js';
import { defaultDataDir, formerDataDir } from './store/data-dir.js';
import { pendingInTime } from './pending-in-time.js';
import { RemoteSessions } from './remote/remote-sessions.js';
import { remoteWorkType } from './remote/remote-work-type.js';
import { SecretParams } from './remote/secret-params.js';
import { tailStdout } from './store/result-tail.js';
import { WorkSignatures } from './signing/work-signatures.js';
import { StdoutDigests } from './store/stdout-digest.js';
import { digestReply, type DigestReply, type DigestRequest } from './store/digest-request.js';
import type { QueueCounts } from './room/type-queue.js';
import { Room, type RoomLimits } from './room/room.js';
import { TypeQueues } from './room/type-queues.js';
import { UnitReaders } from './room/unit-readers.js';
import { Submissions } from './submissions.js';
import type { Outcome, Unit } from './unit.js';
import type { UnitRecord } from './store/unit-record.js';
import type { UnitListener } from './unit-changes.js';
import { watchStatus } from './unit-watch.js';
import { UnitMemory } from './unit-memory.js';
import { UnitTracing } from './unit-tracer.js';
import { UnitSecrets } from './store/unit-secrets.js';
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
  /** What joins units to traces; nothing at first. */
  readonly tracing = new UnitTracing();
  readonly #log: Logger;
  readonly #types: WorkTypes;
  readonly #units: Units;
  readonly #access: AccessChecks;
  readonly #submissions: Submissions;
  readonly #digests: StdoutDigests;
  readonly #queues: TypeQueues;
  readonly #room: Room;
  readonly #readers = new UnitReaders();
  /** There from the first question on; written by `#unitJournal` only. */
  #journal: UnitJournal | undefined;
  /** Shared by all who write to a disk for others. */
  readonly #reserves: DiskReserves;
  /** The connections to other nodes; absent without a dial. */
  readonly #sessions: RemoteSessions | undefined;
  /** Lines about nodes that can't be reached. */
  readonly #attempts = new SharedLines();

  /** @throws {TypeError} `invalid-argument` */
  constructor(private readonly options: WorkceptorOptions) {
    checkWorkceptorOptions(options);
    const log = options.log ?? silentLogger;
    this.#log = log;
    this.signatures = new WorkSignatures(options.nodeId, log);
    this.#digests = new StdoutDigests(log);
    this.#reserves = new DiskReserves(options.diskReserveBytes);
    const { dataDir = defaultDataDir(), nodeId, cancelGraceMs = 10_000 } = options;
    const former = options.dataDir === undefined ? formerDataDir() : undefined;
    const memory = new UnitMemory(options.maxHeldBytes);
    const store = new UnitStore({ dataDir, former, nodeId }, log, memory);
    const secrets = new UnitSecrets({ dataDir, nodeId });
    const { dial } = options;
    this.#sessions =
      dial && new RemoteSessions({ dial, sign: (node) => this.signatures.sign(node) });
    const remote = remoteWorkType({
      ...options,
      sessions: this.#sessions,
      secrets: new SecretParams(secrets),
      tracing: this.tracing,
      reserveFor: (record) => this.#reserveFor(record),
      logAttempt: (node, line) => {
        this.#attempts.write(nodeOrigin(node, node), line, (each) => {
          log.info(each);
        });
      },
    });
    this.#types = new WorkTypes(remote);
    this.#queues = new TypeQueues(log);
    this.#units = new Units({
      store,
      types: this.#types,
      log,
      cancelGraceMs,
      digests: this.#digests,
      queues: this.#queues,
      secrets,
      reserveFor: (record) => this.#reserveFor(record),
    });
    this.#room = new Room({
      units: this.#units,
      reserves: this.#reserves,
      folder: join(dataDir, nodeId),
      readers: this.#readers,
      log,
    });
    this.#access = new AccessChecks(this.#types, this.signatures);
    this.#submissions = new Submissions({
      nodeId,
      types: this.#types,
      remote,
      units: this.#units,
      room: this.#room,
      access: this.#access,
      tracing: this.tracing,
      secrets,
      log,
      maxUnits: options.maxUnits,
      maxStdinBytes: options.maxStdinBytes,
      reserveFor: (record) => this.#reserveFor(record),
    });
  }

  /**
   * Makes a work type known, such as a {@link commandWorkType}. Units of this type that were found on disk before are taken up.
   *
   * @throws {WorkError} `rejected` when the name is taken
   */
  registerWorkType(type: WorkType): void {
    this.#types.add(type);
    this.#queues.of(type.workType).setLimits(type.queue);
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

  /** How many units have a cancel or a release that another node does not know of yet. */
  get pendingUnits(): number {
    return this.#units.pending;
  }

  /** How many submissions by name, as other nodes make them, do not have all their stdin yet. */
  get incompleteSubmissions(): number {
    return this.#submissions.incomplete;
  }

  /** How many units of each work type of this node run, and how many wait for their turn. */
  queueCounts(): ReadonlyMap<string, QueueCounts> {
    return this.#queues.counts();
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
    this.#submissions.recover();
    this.setRoom(this.options.room ?? {});
  }

  /** Keeps room for units by other limits from now on. */
  setRoom(limits: RoomLimits): void {
    this.#room.setLimits(limits);
  }

  /** Lets go of all units; commands and remote units go on without this daemon. */
  close(): Promise<void> {
    this.#room.close();
    this.#digests.close();
    this.#sessions?.close();
    return this.#units.close();
  }

  /** Checks a submission and creates its unit. A refused one leaves nothing behind. */
  submit(submission: WorkSubmission, access: Access): Promise<SubmittedUnit> {
    return this.#submissions.submit(submission, access);
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

  /**
   * How all units are, and then each change of state and detail until the signal fires, a few at a time; or what has changed since a
   * cursor. See docs/decisions/0121-events-of-units.md.
   */
  events(options: UnitEventsOptions, signal: AbortSignal): AsyncIterable<readonly UnitEvent[]> {
    return unitEvents(this.#unitJournal(), options, signal);
  }

  /** What became of units since somebody first asked for this or for events; how many there are in each state now. */
  activity(): UnitTotals & { readonly counts: ReadonlyMap<UnitState, number> } {
    const counts = new Map<UnitState, number>();
    for (const states of this.#units.counts().values())
      for (const [state, count] of states) counts.set(state, (counts.get(state) ?? 0) + count);
    return { ...this.#unitJournal().totals, counts };
  }

  /** For how many milliseconds the status of units has not changed: for ended ones, since they ended. Those that are not known are left out. */
  ages(unitIds: Iterable<string>): Promise<ReadonlyMap<string, number>> {
    return unitAges(unitIds, (id) => this.#units.get(id));
  }

  /** Stdout from byte `startPos` on; see `tailStdout`. */
  async results(
    unitId: string,
    startPos: bigint,
    access: Access & { signal: AbortSignal },
  ): Promise<AsyncIterable<Uint8Array>> {
    const unit = await this.#units.find(unitId);
    await this.#access.ofUnit(unit, access);
    return this.#readers.counted(unitId, tailStdout(unit.record, startPos, access.signal));
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
    await this.#access.ofUnit(unit, access);
    return this.#readers.during(unitId, () =>
      digestReply(unit, request, { digests: this.#digests, signal: access.signal }),
    );
  }

  /**
   * Ends a unit. It is `pending` when that takes more than five seconds, or when a node that can't be reached has to know of it; it goes
   * on then. Throws for an unknown unit, or one that a signature is missing for.
   */
  async cancel(unitId: string, access: Access): Promise<Outcome> {
    const unit = await this.#units.find(unitId);
    await this.#access.ofUnit(unit, access);
    return this.#inTime(unitId, flushed(unit, unit.cancel()));
  }

  /**
   * Ends a unit, frees its space and removes it. It is `pending` when that takes more than five seconds, or when a node that can't be
   * reached has to know of it; it goes on then.
   *
   * @throws {WorkError} `unknown-unit`; `has-started` where only one that has not is to be removed
   */
  async release(
    unitId: string,
    access: Access & { force: boolean; onlyUnstarted?: boolean },
  ): Promise<Outcome> {
    const unit = await this.#units.find(unitId);
    await this.#access.ofUnit(unit, access);
    if (access.onlyUnstarted === true && wasStarted(unit.record.status)) {
      throw new WorkError('has-started', `work unit ${unitId} has started`);
    }
    return this.#inTime(unitId, flushed(unit, this.#units.release(unit, access.force)));
  }

  #unitJournal(): UnitJournal {
    return (this.#journal ??= new UnitJournal(this.#units.all(), (listener) =>
      this.#units.changes.listen(listener),
    ));
  }

  #inTime(unitId: string, ending: Promise<Outcome>): Promise<Outcome> {
    return pendingInTime(ending, (error) => {
      this.#log.error(`[${unitId}] ${errorText(error)}`);
    });
  }

  /** Of the file system where a unit is; the folder of all units outlasts it. */
  #reserveFor({ dir }: UnitRecord): DiskReserve {
    return this.#reserves.of(dirname(dir));
  }
}

/** What a cancel or release has written is on the disk before it is answered. */
async function flushed({ record }: Unit, ending: Promise<Outcome>): Promise<Outcome> {
  const outcome = await ending;
  await record.flushed();
  return outcome;
}
