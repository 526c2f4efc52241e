import { DomainError } from '../../domain/domain-error.js';
import { isActive, type JobEvent } from '../../domain/job-states.js';
import { CONTROL_WORK_TYPE, EXECUTION_WORK_TYPE } from '../../domain/discovery.js';
import type { Clock } from '../../ports/clock.js';
import type { RunEnd, RunEvent } from '../../ports/job-run.js';
import type { JobTracer } from '../../ports/job-tracer.js';
import {
  MeshError,
  type JobMesh,
  type OutputPosition,
  type UnitAddress,
  type UnitFollowing,
} from '../../ports/mesh.js';
import type {
  ClaimedJob,
  JobClaim,
  JobFacts,
  OwnedJobs,
  RunPosition,
} from '../../ports/owned-jobs.js';
import type { JsonObject } from '../../ports/records/json.js';
import type { UnifiedJob } from '../../ports/records/jobs.js';
import type { Preparing, RunSource } from '../../ports/run-source.js';
import { eventRow } from './event-row.js';
import { EventWriter } from './event-writer.js';
import { hostOutcomes, statusCounts } from './host-outcomes.js';
import { withTimeLimit } from '../time/time-limit.js';
import { isAway, isLeaseLost, RetryingWrites } from './retrying-writes.js';

/** Milliseconds that a run gets to come to its end once its node has canceled it. */
const CANCELED_MS = 30_000;

/** Milliseconds before a unit is followed again that this machine had no room for: the first time, and at most. */
const FULL_MS = 2_000;
const LONGEST_FULL_MS = 60_000;

/** Milliseconds for the release of a unit; it is tried again by others. */
const RELEASE_MS = 60_000;

/** What the running of jobs needs. */
export interface JobRunnerOptions {
  readonly owned: OwnedJobs;
  readonly mesh: JobMesh;
  readonly source: RunSource;
  readonly clock: Clock;
  /** Makes the name of a submission. */
  readonly newSubmissionId: () => string;
  /** Default: nothing is traced. */
  readonly tracer?: JobTracer | undefined;
  readonly onNotice?: ((sentence: string) => void) | undefined;
}

/**
 * One job of this controller, from where it stands to its end: started on its node, its events stored, its end stored, its unit released, in this order. Whatever of
 * it was done before by another controller is not done again. It alone writes its fields.
 */
export class JobRunner {
  readonly #options: JobRunnerOptions;
  readonly #claim: JobClaim;
  readonly #job: UnifiedJob;
  readonly #isLocal: boolean;
  readonly #canceled = new AbortController();
  readonly #writes: RetryingWrites;
  readonly #signal: AbortSignal;
  /** As it is stored. */
  #unitId: string | undefined;
  /** The same: how far the run was taken. */
  #position: RunPosition | undefined;

  /** @param signal lets go of the job as it is: it is another's, or this controller ends */
  constructor(claimed: ClaimedJob, options: JobRunnerOptions, signal: AbortSignal) {
    this.#options = options;
    this.#claim = claimed.claim;
    this.#job = claimed.job;
    this.#isLocal = claimed.isLocal;
    this.#unitId = claimed.job.work_unit_id ?? undefined;
    this.#position = (claimed.job.run_position ?? undefined) as RunPosition | undefined;
    this.#signal = signal;
    const { clock, onNotice } = options;
    this.#writes = new RetryingWrites({ clock, signal, onNotice });
    if (claimed.job.cancel_flag) this.cancel();
  }

  get claim(): JobClaim {
    return this.#claim;
  }

  /** A person does not want the job any more. */
  cancel(): void {
    this.#canceled.abort();
  }

  /** Runs the job. It does not reject: what goes wrong is the end of the job, or another controller's. */
  async run(): Promise<void> {
    try {
      const unit = await this.#start();
      if (unit !== undefined) await this.#follow(unit);
    } catch (error) {
      if (this.#signal.aborted || isLeaseLost(error)) return;
      // nothing of it has begun, and nothing is wrong with it
      const event = this.#unitId === undefined && isAway(error) ? 'give-back' : 'break';
      await this.#change(event, { job_explanation: textOf(error) }).catch((why: unknown) => {
        this.#notice(`it could not be ended: ${textOf(why)}`);
      });
    }
  }

  /** Brings the job to its node, unless it is there; nothing when it has come to its end before it has begun. */
  async #start(): Promise<UnitAddress | undefined> {
    const { execution_node: executionNode, status, controller_node: controller } = this.#job;
    const isPod = executionNode === '';
    // a pod is kept by the node of the controller that began it, whoever owns the job now
    const node = this.#job.work_unit_node || executionNode || controller;
    if (status === 'running') {
      if (this.#unitId === undefined) throw new Error('it runs, and no unit of it is known');
      return { node, unitId: this.#unitId };
    }
    if (this.#wasCanceled()) return this.#cancelBefore(node);
    // it was to run at the node of another controller, which is gone, and has not begun
    if (this.#isLocal && node !== controller && this.#unitId === undefined) {
      await this.#change('give-back', {});
      return undefined;
    }
    const { mesh, owned, source, newSubmissionId } = this.#options;
    if (this.#unitId === undefined) {
      const refusal = await source.prepare?.(this.#job, this.#claim, this.#preparing);
      if (this.#wasCanceled()) return this.#cancelBefore(node);
      if (refusal !== undefined) {
        await this.#change('fail', { job_explanation: refusal, emitted_events: 0 });
        return undefined;
      }
    }
    const submission = {
      id: newSubmissionId(),
      node,
      traceparent: this.#options.tracer?.begin() ?? '',
    };
    const { id: submissionId, traceparent } = await this.#writes.write(() =>
      owned.reserve(this.#claim, submission),
    );
    try {
      const workType = this.#isLocal ? CONTROL_WORK_TYPE : EXECUTION_WORK_TYPE;
      const place = isPod ? { pod: await source.pod(this.#job) } : { workType };
      const unitId = await mesh.start(
        {
          jobId: this.#job.id,
          node,
          place,
          submissionId,
          traceparent: traceparent === '' ? undefined : traceparent,
          unitId: this.#unitId,
          run: () => source.describe(this.#job),
          onUnit: (unitId) => this.#keepUnit(unitId),
        },
        AbortSignal.any([this.#signal, this.#canceled.signal]),
      );
      await this.#change('start', {});
      return { node, unitId };
    } catch (error) {
      this.#signal.throwIfAborted();
      if (this.#wasCanceled()) return this.#cancelBefore(node);
      if (error instanceof MeshError && error.code === 'unreachable') {
        await this.#change('give-back', { job_explanation: textOf(error) });
        return undefined;
      }
      throw error;
    }
  }

  get #preparing(): Preparing {
    return { signal: this.#signal, canceled: this.#canceled.signal };
  }

  async #keepUnit(unitId: string | undefined): Promise<void> {
    const { owned } = this.#options;
    await this.#writes.write(() => owned.setUnit(this.#claim, unitId));
    this.#unitId = unitId;
  }

  /** It is canceled before it is known to run; a unit of it may have started. */
  async #cancelBefore(node: string): Promise<undefined> {
    const unitId = this.#unitId;
    const unit = unitId === undefined ? undefined : { node, unitId };
    if (unit !== undefined) await this.#options.mesh.cancel(unit, this.#signal);
    await this.#change('cancel', { emitted_events: 0 });
    if (unit !== undefined) await this.#release(unit);
    return undefined;
  }

  async #follow(unit: UnitAddress): Promise<void> {
    const { source, owned, clock } = this.#options;
    const hostIds = await this.#writes.write(() => source.hostIds(this.#job));
    const writer = new EventWriter({
      clock,
      signal: this.#signal,
      store: async (events, position) => {
        await this.#writes.write(() => owned.storeEvents(this.#claim, events, position));
        this.#position = position ?? this.#position;
      },
    });
    let tally = new Tally(undefined);
    let collected: unknown;
    const onEvent = (event: RunEvent): Promise<void> | void => {
      const isLate = tally.add(event);
      // one that came late may be missing below the last one that is stored
      if (event.counter <= this.#job.last_event_counter && !isLate) return undefined;
      return writer.add(eventRow(event, hostIds));
    };
    const onFiles = async (folder: string): Promise<void> => {
      collected = await source.collect?.(this.#job, folder);
    };
    const onBegin = (from: RunPosition | undefined): Tally => (tally = new Tally(from));
    const onPosition = (output: OutputPosition): void => {
      // whoever goes on needs the recap
      if (tally.stats === undefined) writer.mark(tally.at(output));
    };
    const taking = { onBegin, onPosition, onEvent, onFiles };
    const end = await this.#untilEnd(unit, taking);
    await writer.finish();
    const outcomes = tally.stats && hostOutcomes(tally.stats, hostIds);
    if (outcomes !== undefined) {
      await this.#writes.write(() => owned.storeSummaries(this.#claim, outcomes));
      await this.#writes.write(() => owned.markParents(this.#claim));
    }
    const { lastCounter, lastLine, facts } = tally;
    const artifacts = facts.artifacts ?? {};
    const ended = { end, artifacts, collected, lastCounter, lastLine, preparing: this.#preparing };
    const conclusion = await this.#writes.write(async () =>
      source.conclude?.(this.#job, this.#claim, ended),
    );
    const own = this.#eventOf(end, tally.stats !== undefined);
    await this.#change((own === 'succeed' ? conclusion?.event : undefined) ?? own, {
      // what an earlier owner, or this one, has said of its troubles is over
      job_explanation: '',
      ...factsOf(end),
      ...(outcomes !== undefined && { host_status_counts: statusCounts(outcomes) }),
      ...facts,
      ...conclusion?.facts,
    });
    await this.#release(unit);
  }

  /** Takes what the unit says; a cancel on the way goes to its node, and a run that does not end then is left alone. */
  async #untilEnd(unit: UnitAddress, taking: Taking): Promise<RunEnd> {
    const { mesh, clock } = this.#options;
    const over = new AbortController();
    const cancel = async (): Promise<void> => {
      await mesh.cancel(unit, AbortSignal.any([this.#signal, over.signal]));
      await clock.sleep(CANCELED_MS, AbortSignal.any([this.#signal, over.signal]));
      over.abort();
    };
    let canceling: Promise<void> | undefined;
    const onCancel = (): void => {
      // what it could not do, it says by the end of the run
      canceling ??= cancel().catch(() => undefined);
    };
    if (this.#wasCanceled()) onCancel();
    else this.#canceled.signal.addEventListener('abort', onCancel, { once: true });
    const { onBegin, ...rest } = taking;
    const signal = AbortSignal.any([this.#signal, over.signal]);
    let pauseMs = FULL_MS;
    try {
      for (;;) {
        const position = this.#position;
        const tally = onBegin(position);
        const following = { jobId: this.#job.id, from: position?.output, ...rest };
        try {
          return await mesh.follow(unit, following, signal);
        } catch (error) {
          this.#signal.throwIfAborted();
          const lost = { emittedEvents: tally.count, missing: [] };
          if (isFired(over.signal)) return { status: 'canceled', ...lost };
          if (!(error instanceof MeshError)) throw error;
          if (error.code !== 'local') {
            const explanation = `${unit.node}: ${error.message}`;
            return { status: 'error', explanation, ...lost };
          }
          await this.#noteFull(error);
        }
        await clock.sleep(pauseMs, signal);
        pauseMs = Math.min(pauseMs * 2, LONGEST_FULL_MS);
      }
    } finally {
      over.abort();
      this.#canceled.signal.removeEventListener('abort', onCancel);
      await canceling;
    }
  }

  /** What comes has no room here; its node keeps all of it, so the job goes on. */
  async #noteFull({ message }: MeshError): Promise<void> {
    const job_explanation = `The controller can't take what it says, and tries it again: ${message}`;
    this.#notice(job_explanation);
    await this.#writes.write(() => this.#options.owned.note(this.#claim, { job_explanation }));
  }

  /** @param hasRecap whether Ansible came to its end: one that was ended by the cancel may say that it has failed */
  #eventOf({ status }: RunEnd, hasRecap: boolean): JobEvent {
    switch (status) {
      case 'successful':
        return 'succeed';
      case 'canceled':
        return this.#wasCanceled() ? 'cancel' : 'fail';
      case 'error':
        return this.#wasCanceled() ? 'cancel' : 'break';
      case 'failed':
        return this.#wasCanceled() && !hasRecap ? 'cancel' : 'fail';
      case 'timeout':
        return 'fail';
    }
  }

  /** Asked anew each time, for it changes while others wait. */
  #wasCanceled(): boolean {
    return this.#canceled.signal.aborted;
  }

  async #change(event: JobEvent, facts: JobFacts): Promise<void> {
    const { owned } = this.#options;
    await this.#writes.write(async (isRepeated) => {
      try {
        const job = await owned.change(this.#claim, event, facts);
        if (!isActive(job.status)) this.#options.tracer?.ended(job);
      } catch (error) {
        // nobody else changes it while the claim is good: the attempt whose answer was lost has done it
        if (!isRepeated || !(error instanceof DomainError)) throw error;
      }
    });
  }

  async #release(unit: UnitAddress): Promise<void> {
    try {
      // housekeeping does it where this does not
      const { mesh, clock } = this.#options;
      await withTimeLimit(clock, RELEASE_MS, this.#signal, (signal) => mesh.release(unit, signal));
    } catch (error) {
      if (!this.#signal.aborted) {
        this.#notice(`its unit ${unit.unitId} of ${unit.node} was not released: ${textOf(error)}`);
      }
    }
  }

  #notice(sentence: string): void {
    this.#options.onNotice?.(`Job ${this.#job.id}: ${sentence}`);
  }
}

/** How what a unit says is taken, each time from the position that is stored. */
interface Taking extends Omit<UnitFollowing, 'jobId' | 'from'> {
  readonly onBegin: (from: RunPosition | undefined) => Tally;
}

/** What is counted and kept of the events of a run. It alone writes its fields. */
class Tally {
  #count: number;
  #highest: number;
  #line: number;
  #plays: number;
  #tasks: number;
  #stats: Readonly<Record<string, unknown>> | undefined;

  /** @param from where the run is gone on with */
  constructor(from: RunPosition | undefined) {
    this.#count = this.#highest = from?.output.counter ?? 0;
    this.#line = from?.line ?? 0;
    this.#plays = from?.plays ?? 0;
    this.#tasks = from?.tasks ?? 0;
  }

  /** What was counted up to a position. */
  at(output: OutputPosition): RunPosition {
    return { output, line: this.#line, plays: this.#plays, tasks: this.#tasks };
  }

  /** Events that have come. */
  get count(): number {
    return this.#count;
  }

  /** The highest counter. */
  get lastCounter(): number {
    return this.#highest;
  }

  /** The line that the next event begins at. */
  get lastLine(): number {
    return this.#line;
  }

  /** The data of the recap, once that has come. */
  get stats(): Readonly<Record<string, unknown>> | undefined {
    return this.#stats;
  }

  get facts(): JobFacts {
    const data = this.#stats?.['artifact_data'];
    return {
      play_count: this.#plays,
      task_count: this.#tasks,
      ...(typeof data === 'object' && data !== null && { artifacts: data as JsonObject }),
    };
  }

  /** @returns whether others with higher counters came before it */
  add({ event, event_data: data, counter, end_line: line }: RunEvent): boolean {
    this.#count += 1;
    this.#line = Math.max(this.#line, line);
    if (event === 'playbook_on_play_start') this.#plays += 1;
    if (event === 'playbook_on_task_start') this.#tasks += 1;
    if (event === 'playbook_on_stats') this.#stats = data;
    const isLate = counter < this.#highest;
    this.#highest = Math.max(this.#highest, counter);
    return isLate;
  }
}

function factsOf({
  explanation,
  traceback,
  command,
  emittedEvents,
  missing,
  status,
}: RunEnd): JobFacts {
  const lost = missing.map(([first, last]) =>
    first === last ? `${first}` : `${first} to ${last}`,
  );
  const sentences = [
    ...(explanation === undefined ? [] : [explanation]),
    ...(status === 'timeout' ? ['It took longer than its timeout.'] : []),
    ...(lost.length === 0 ? [] : [`Events were lost on the way: ${lost.slice(0, 20).join(', ')}.`]),
  ];
  return {
    emitted_events: emittedEvents,
    ...(sentences.length > 0 && { job_explanation: sentences.join(' ') }),
    ...(traceback !== undefined && { result_traceback: traceback }),
    ...(command !== undefined && {
      job_args: JSON.stringify(command.arguments),
      job_cwd: command.folder,
      job_env: command.environment,
    }),
  };
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Asked anew: it may have fired meanwhile. */
const isFired = (signal: AbortSignal): boolean => signal.aborted;
