import { nextJobState, type JobEvent } from '../../domain/job-states.js';
import type { Clock } from '../../ports/clock.js';
import type {
  ControllerLease,
  ControllerLeases,
  LeaseRenewal,
} from '../../ports/controller-leases.js';
import type {
  ClaimedJob,
  HostOutcome,
  JobClaim,
  JobFacts,
  NewJobEvent,
  JobStanding,
  OwnedJobs,
  RunPosition,
  Submission,
} from '../../ports/owned-jobs.js';
import type { JsonObject } from '../../ports/records/json.js';
import type { UnifiedJob } from '../../ports/records/jobs.js';
import { StorageError } from '../../ports/storage-error.js';

/** What a test looks at of a job. */
type TestJob = Pick<
  UnifiedJob,
  | 'id'
  | 'status'
  | 'controller_node'
  | 'execution_node'
  | 'submission_id'
  | 'work_unit_node'
  | 'traceparent'
  | 'work_unit_id'
  | 'cancel_flag'
  | 'lease_id'
  | 'lease_token'
  | 'last_event_counter'
  | 'job_explanation'
  | 'emitted_events'
  | 'play_count'
  | 'run_position'
>;

interface Lease extends ControllerLease {
  expires: number;
}

/** Jobs and leases of a test, in memory, by the rules of the ports. It alone writes its fields. */
export class JobsInMemory implements OwnedJobs, ControllerLeases {
  readonly jobs = new Map<number, TestJob>();
  readonly events = new Map<number, Map<number, NewJobEvent>>();
  readonly summaries = new Map<number, readonly HostOutcome[]>();
  /** What was written, in its order. */
  readonly log: string[] = [];
  readonly #leases = new Map<number, Lease>();

  constructor(private readonly clock: Clock) {}

  /** A job that waits for a controller. */
  add(id: number, more: Partial<TestJob> = {}): void {
    this.jobs.set(id, {
      id,
      status: 'waiting',
      controller_node: 'one',
      execution_node: 'far',
      submission_id: null,
      work_unit_node: '',
      traceparent: '',
      work_unit_id: null,
      cancel_flag: false,
      lease_id: null,
      lease_token: 0,
      last_event_counter: 0,
      job_explanation: '',
      emitted_events: null,
      play_count: 0,
      run_position: null,
      ...more,
    });
    this.events.set(id, new Map());
  }

  job(id: number): TestJob {
    const job = this.jobs.get(id);
    if (job === undefined) throw new StorageError('not-found', `there is no job ${id}`);
    return job;
  }

  open(hostname: string, ttlMs: number): Promise<ControllerLease> {
    const lease = { id: this.#leases.size + 1, hostname, expires: this.clock.now() + ttlMs };
    this.#leases.set(lease.id, lease);
    return Promise.resolve(lease);
  }

  renew({ id }: ControllerLease, ttlMs: number): Promise<LeaseRenewal> {
    const lease = this.#leases.get(id);
    if (lease === undefined || lease.expires === 0) return Promise.resolve('gone');
    const renewal = this.#isAlive(id) ? 'kept' : 'revived';
    lease.expires = this.clock.now() + ttlMs;
    return Promise.resolve(renewal);
  }

  close({ id }: ControllerLease): Promise<void> {
    this.expire(id);
    return Promise.resolve();
  }

  alive(): Promise<readonly string[]> {
    const alive = [...this.#leases.values()].filter(({ id }) => this.#isAlive(id));
    return Promise.resolve(alive.map(({ hostname }) => hostname));
  }

  sweep(): Promise<void> {
    return Promise.resolve();
  }

  /** A lease is given up. */
  expire(leaseId: number): void {
    const lease = this.#leases.get(leaseId);
    if (lease !== undefined) lease.expires = 0;
  }

  /** A lease was not renewed in time. */
  late(leaseId: number): void {
    const lease = this.#leases.get(leaseId);
    if (lease !== undefined) lease.expires = this.clock.now() - 1;
  }

  acquire(
    lease: ControllerLease,
    limit: number,
    known: readonly number[],
  ): Promise<readonly ClaimedJob[]> {
    return Promise.resolve(
      this.#take(lease, limit, ({ id, status, controller_node, lease_id }) =>
        lease_id === null
          ? status === 'waiting' && controller_node === lease.hostname
          : lease_id === lease.id &&
            (status === 'waiting' || status === 'running') &&
            !known.includes(id),
      ),
    );
  }

  standing(jobIds: readonly number[]): Promise<readonly JobStanding[]> {
    return Promise.resolve(
      jobIds
        .flatMap((id) => this.jobs.get(id) ?? [])
        .map(({ id: jobId, lease_token: token, cancel_flag: isCanceled }) => ({
          ...{ jobId, token, isCanceled },
        })),
    );
  }

  adopt(lease: ControllerLease, limit: number): Promise<readonly ClaimedJob[]> {
    return Promise.resolve(
      this.#take(
        lease,
        limit,
        ({ status, lease_id }) =>
          (status === 'waiting' || status === 'running') &&
          lease_id !== null &&
          !this.#isAlive(lease_id),
      ),
    );
  }

  release(claim: JobClaim): Promise<void> {
    return this.#write(claim, 'release', { lease_id: null });
  }

  async reserve(claim: JobClaim, submission: Submission): Promise<Submission> {
    const { submission_id: id, work_unit_node: node, traceparent } = this.job(claim.jobId);
    const stored = id === null ? submission : { id, node, traceparent };
    await this.#write(claim, `reserve ${stored.id}`, {
      submission_id: stored.id,
      work_unit_node: stored.node,
      traceparent: stored.traceparent,
    });
    return stored;
  }

  setUnit(claim: JobClaim, unitId: string | undefined): Promise<void> {
    return this.#write(claim, `unit ${unitId ?? 'none'}`, { work_unit_id: unitId ?? null });
  }

  note(claim: JobClaim, facts: JobFacts): Promise<void> {
    return this.#write(claim, 'note', facts);
  }

  async change(claim: JobClaim, event: JobEvent, facts: JobFacts = {}): Promise<UnifiedJob> {
    const status = nextJobState(this.job(claim.jobId).status, event);
    await this.#write(claim, event, { ...(facts as Partial<TestJob>), status });
    return this.job(claim.jobId) as UnifiedJob;
  }

  async storeEvents(
    claim: JobClaim,
    events: readonly NewJobEvent[],
    position?: RunPosition,
  ): Promise<number> {
    const positions = position && { run_position: position as unknown as JsonObject };
    await this.#write(claim, `${events.length} events`, { ...positions });
    const stored = this.events.get(claim.jobId) ?? new Map<number, NewJobEvent>();
    for (const event of events) {
      if (stored.has(event.counter)) this.log.push(`doubled ${event.counter}`);
      stored.set(event.counter, event);
    }
    let last = this.job(claim.jobId).last_event_counter;
    while (stored.has(last + 1)) last += 1;
    this.jobs.set(claim.jobId, { ...this.job(claim.jobId), last_event_counter: last });
    return last;
  }

  markParents(): Promise<void> {
    return Promise.resolve();
  }

  async storeSummaries(claim: JobClaim, outcomes: readonly HostOutcome[]): Promise<void> {
    await this.#write(claim, 'summaries', {});
    this.summaries.set(claim.jobId, outcomes);
  }

  #take(
    lease: ControllerLease,
    limit: number,
    isWanted: (job: TestJob) => boolean,
  ): readonly ClaimedJob[] {
    if (!this.#isAlive(lease.id)) throw new StorageError('lease-lost', 'the lease has expired');
    return [...this.jobs.values()]
      .filter(isWanted)
      .slice(0, limit)
      .map((job) => {
        const token = job.lease_token + 1;
        const owned = {
          ...job,
          lease_id: lease.id,
          lease_token: token,
          controller_node: lease.hostname,
        };
        this.jobs.set(job.id, owned);
        return {
          claim: { jobId: job.id, token },
          job: owned as UnifiedJob,
          previousController: job.lease_id === null ? '' : job.controller_node,
          isLocal: [...this.#leases.values()].some((each) => each.hostname === job.execution_node),
        };
      });
  }

  #write({ jobId, token }: JobClaim, what: string, values: Partial<TestJob>): Promise<void> {
    const job = this.job(jobId);
    if (job.lease_token !== token) {
      return Promise.reject(new StorageError('lease-lost', `job ${jobId} is another's`));
    }
    this.log.push(what);
    this.jobs.set(jobId, { ...job, ...values });
    return Promise.resolve();
  }

  #isAlive(leaseId: number): boolean {
    return (this.#leases.get(leaseId)?.expires ?? 0) > this.clock.now();
  }
}
