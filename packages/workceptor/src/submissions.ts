import { errorText, point, type Logger } from '@receptorjs/primitives';
import { isFinal, UnitState, type WorkSubmission } from '@receptorjs/control-protocol';
import { requestOrigin, type DiskReserve } from '@receptorjs/quotas';
import type { AccessChecks } from './access-checks.js';
import { failureCode, WorkError } from './errors.js';
import { Resubmissions, submissionIdParam } from './remote/resubmissions.js';
import { storeInput } from './store/store-input.js';
import { checkedName, forgetSubmissionName, readSubmissionName } from './store/submission-name.js';
import type { UnitRecord } from './store/unit-record.js';
import type { UnitSecrets } from './store/unit-secrets.js';
import type { Room } from './room/room.js';
import { checkParamSize } from './submission-checks.js';
import type { Unit } from './unit.js';
import { failedStart } from './unit-start.js';
import type { UnitTracing } from './unit-tracer.js';
import type { Units } from './units.js';
import type { WorkType } from './work-type.js';
import type { WorkTypes } from './work-types.js';
import type { Access, SubmittedUnit } from './work-verbs.js';

/** What submissions need. */
export interface SubmissionsOptions {
  readonly nodeId: string;
  readonly types: WorkTypes;
  /** The type of units that other nodes run. */
  readonly remote: WorkType;
  readonly units: Units;
  readonly room: Room;
  readonly access: AccessChecks;
  readonly tracing: UnitTracing;
  readonly secrets: UnitSecrets;
  readonly log: Logger;
  /** Units held at once. Default 100,000. */
  readonly maxUnits?: number | undefined;
  /** The most bytes of stdin of one submission. */
  readonly maxStdinBytes?: number | undefined;
  /** The reserve of the disk on which a unit is. */
  readonly reserveFor: (record: UnitRecord) => DiskReserve;
}

/** The way of a submission to a unit that is started: it is checked, gets its folder, its stdin is stored. It alone writes its fields. */
export class Submissions {
  readonly #resubmissions = new Resubmissions();

  constructor(private readonly options: SubmissionsOptions) {}

  /** How many submissions by name do not have all their stdin. */
  get incomplete(): number {
    return this.#resubmissions.size;
  }

  /** Remembers the names of those that an earlier daemon has left without all their stdin. */
  recover(): void {
    for (const { record } of this.options.units.all()) {
      if (record.status.state !== UnitState.Failed) continue;
      const name = readSubmissionName(record.dir);
      if (name !== undefined) this.#resubmissions.replace(name, record.id);
    }
  }

  /**
   * Checks a submission and creates its unit. A refused one leaves nothing behind.
   *
   * @throws {WorkError} `rejected`, `too-many-units`, `too-many-queued`, `too-many-params`, `no-space`, `unsafe-folder`; what the system says
   */
  async submit(submission: WorkSubmission, access: Access): Promise<SubmittedUnit> {
    const { types, units, maxUnits = 100_000 } = this.options;
    const { workType, signature } = submission;
    checkParamSize(submission.params);
    const isHere = this.#isHere(submission.node);
    const refusal = isHere ? types.refusal(workType) : undefined;
    if (refusal !== undefined) throw new WorkError('rejected', refusal);
    await this.options.access.ofSubmission(submission, isHere, { ...access, signature });
    await this.options.room.admit();
    if (units.size >= maxUnits) {
      throw new WorkError('too-many-units', `${maxUnits} work units exist; release some first`);
    }
    const type = isHere ? this.#typeHere(submission) : this.options.remote;
    const extraData = type.checkSubmission(submission, this.options.secrets);
    // the name of a submission is for the node that runs it
    const name = isHere ? checkedName(submission.params[submissionIdParam]) : undefined;
    const unit = units.create(type, extraData, requestOrigin(access), name);
    this.options.tracing.submitted(unit, submission);
    return {
      unitId: unit.record.id,
      start: (stdin) =>
        this.#start(unit, stdin, {
          isHere,
          onStdinComplete: name === undefined ? undefined : this.#replaceEarlier(unit, name),
        }),
    };
  }

  #isHere(node: string): boolean {
    return node === this.options.nodeId || node.toLowerCase() === 'localhost';
  }

  /** The type of a submission to this node. */
  #typeHere({ workType, ttl }: WorkSubmission): WorkType {
    if (ttl !== undefined) {
      throw new WorkError('rejected', 'ttl option is intended for remote work only');
    }
    const type = this.options.types.registered(workType);
    if (!type) throw new WorkError('rejected', `unknown work type ${workType}`);
    return type;
  }

  /** Releases what an interrupted attempt of the same submission has left; gives the call for when stdin is complete. */
  #replaceEarlier(unit: Unit, name: string): () => void {
    const { units, log } = this.options;
    const { id, dir } = unit.record;
    const earlier = units.get(this.#resubmissions.replace(name, id) ?? '');
    if (earlier) {
      units.remove(earlier).catch((error: unknown) => {
        log.warning(`[${earlier.record.id}] ${errorText(error)}`);
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
    {
      isHere,
      onStdinComplete,
    }: { readonly isHere: boolean; readonly onStdinComplete: (() => void) | undefined },
  ): Promise<string> {
    const { record } = unit;
    try {
      await storeInput(record.path('stdin'), stdin, {
        maxBytes: this.options.maxStdinBytes,
        reserve: this.options.reserveFor(record),
        take: (bytes) => this.options.room.takeInput(record, bytes),
      });
    } catch (cause) {
      const detail = `Error reading input data: ${errorText(cause)}`;
      const report = { errorCode: failureCode(cause, 'input-incomplete') };
      record.update({ state: UnitState.Failed, detail, report });
      throw new WorkError('input-failed', detail, { cause });
    }
    // a unit of another node waits for that before it is started there, when more is to be flushed
    if (isHere) await record.flushed();
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
      failedStart(record, error);
      throw error;
    }
  }
}
