import type { ControllerLease, ControllerLeases } from '../../ports/controller-leases.js';
import type { JobQueue } from '../../ports/job-queue.js';
import type { ClaimedJob } from '../../ports/owned-jobs.js';
import { WokenLoop } from '../time/woken-loop.js';
import { JobRunner, type JobRunnerOptions } from './job-runner.js';

/** What a dispatcher needs. */
export interface DispatcherOptions extends JobRunnerOptions {
  /** The node of this controller. */
  readonly hostname: string;
  readonly leases: ControllerLeases;
  readonly queue: JobQueue;
  /** Jobs at once. Default 2,000. */
  readonly maxJobs?: number | undefined;
  /** Milliseconds that the lease of this controller lasts; others adopt its jobs after that. Default 6,000. */
  readonly leaseMs?: number | undefined;
  /** Milliseconds between two looks for jobs to take. Default 2,000. */
  readonly pollIntervalMs?: number | undefined;
}

/** Jobs that are taken at once. */
const TAKEN_AT_ONCE = 100;

/** Of the time that a lease lasts, the part after which its renewal is late. */
const LATE_PART = 0.75;

/** A lease, and the jobs that are owned by it. */
interface Session {
  readonly lease: ControllerLease;
  readonly over: AbortController;
}

/** A job that runs. */
interface Running {
  readonly runner: JobRunner;
  /** Lets go of it. */
  readonly drop: () => void;
  readonly ended: Promise<void>;
}

/**
 * The jobs of this controller: takes those that wait for it, and those of controllers that are dead, and runs all of them in this process. One lease, renewed by one statement,
 * says that it owns them; of those that others have taken when it was late it lets go. It alone writes its fields.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #jobs = new Map<number, Running>();
  #session: Session | undefined;
  readonly #renewing: WokenLoop;
  readonly #taking: WokenLoop;
  #isStopped = false;
  /** Milliseconds since 1970. */
  #renewedAt = 0;
  /** Whether the lease was renewed late. */
  #isLate = false;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    const { clock, leaseMs = 6_000, pollIntervalMs = 2_000 } = options;
    this.#renewing = new WokenLoop({
      clock,
      intervalMs: leaseMs / 3,
      run: () => this.#renew(leaseMs),
      onError: (error) => this.#notice(`The lease could not be renewed: ${String(error)}`),
    });
    this.#taking = new WokenLoop({
      clock,
      intervalMs: pollIntervalMs,
      run: () => this.#take(),
      onError: (error) => this.#notice(`No jobs could be taken: ${String(error)}`),
    });
  }

  /** Ids of the jobs that it runs. */
  get jobs(): readonly number[] {
    return [...this.#jobs.keys()];
  }

  /** Begins. */
  start(): void {
    this.#renewing.start();
    this.#taking.start();
  }

  /** There may be jobs for this controller. */
  wake(): void {
    this.#taking.wake();
  }

  /** A person does not want a job any more, or has declared it lost: then it is let go of. Does nothing about one that is not run here. */
  async cancel(jobId: number): Promise<void> {
    if (this.#jobs.has(jobId)) await this.#checkClaims([jobId]);
  }

  /** Cancels of jobs may have been missed. */
  checkCancellations(): Promise<void> {
    return this.#checkClaims(this.jobs);
  }

  async #checkClaims(jobIds: readonly number[]): Promise<void> {
    if (jobIds.length === 0) return;
    const before = new Map(jobIds.map((id) => [id, this.#jobs.get(id)]));
    const statuses = await this.#options.owned.claimStatuses(jobIds);
    const found = new Map(statuses.map((each) => [each.jobId, each]));
    for (const [id, running] of before) {
      // one that has come or gone meanwhile is not what was asked for
      if (running === undefined || this.#jobs.get(id) !== running) continue;
      const { token, isCanceled = false } = found.get(id) ?? {};
      if (token !== running.runner.claim.token) this.#drop(id, running);
      else if (isCanceled) running.runner.cancel();
    }
  }

  /** Lets go of all jobs as they are, so that others go on with them at once. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all([this.#taking.stop(), this.#renewing.stop()]);
    const running = [...this.#jobs.values()];
    const session = this.#session;
    session?.over.abort(new Error('this controller ends'));
    await Promise.all(running.map(({ ended }) => ended));
    if (session !== undefined) await this.#options.leases.close(session.lease);
  }

  async #renew(leaseMs: number): Promise<void> {
    const { leases, hostname, clock } = this.#options;
    const before = this.#renewedAt;
    const session = this.#session;
    if (session !== undefined) {
      const renewal = await leases.renew(session.lease, leaseMs);
      this.#renewedAt = clock.now();
      this.#isLate = this.#renewedAt - before > leaseMs * LATE_PART;
      if (renewal === 'kept') return;
      if (renewal === 'revived') {
        const owned = this.#jobs.size;
        await this.checkCancellations();
        const left = this.#jobs.size;
        this.#notice(
          `The lease of this controller has expired and holds again: of its ${owned} jobs ${owned - left} are others’ by now.`,
        );
        return;
      }
      this.#notice('The lease of this controller is gone: its jobs are others’ by now.');
      this.#session = undefined;
      session.over.abort(new Error('the lease is gone'));
    }
    const lease = await leases.open(hostname, leaseMs);
    this.#renewedAt = clock.now();
    this.#session = { lease, over: new AbortController() };
    this.#taking.wake();
  }

  async #take(): Promise<void> {
    const { owned, maxJobs = 2_000 } = this.#options;
    const session = this.#session;
    if (session === undefined) return;
    // a message may have come before the job that it is about
    await this.checkCancellations();
    for (;;) {
      const room = Math.min(TAKEN_AT_ONCE, maxJobs - this.#jobs.size);
      if (room <= 0 || session.over.signal.aborted) return;
      const waiting = await owned.acquire(session.lease, room, this.jobs);
      this.#begin(waiting, session);
      // one that can't keep its own lease in time does not take the jobs of others that can't
      const left = this.#isLate ? 0 : room - waiting.length;
      const adopted = left > 0 ? await owned.adopt(session.lease, left) : [];
      this.#begin(adopted, session);
      for (const { job, previousController } of adopted) {
        this.#notice(`Job ${job.id} is adopted from ${previousController || 'nobody'}.`);
      }
      if (waiting.length + adopted.length < room) return;
    }
  }

  #begin(claimed: readonly ClaimedJob[], { over }: Session): void {
    for (const each of claimed) {
      const { id } = each.job;
      const before = this.#jobs.get(id);
      const dropped = new AbortController();
      const signal = AbortSignal.any([over.signal, dropped.signal]);
      const runner = new JobRunner(each, this.#options, signal);
      const drop = (): void => {
        dropped.abort(new Error('it is run by others, or by nobody any more'));
      };
      const run = async (): Promise<void> => {
        // one that was given back or lost, and has come again
        before?.drop();
        await before?.ended;
        await runner.run();
        if (this.#jobs.get(id)?.runner !== runner) return;
        this.#jobs.delete(id);
        if (!this.#isStopped) this.#taking.wake();
      };
      this.#jobs.set(id, { runner, drop, ended: run() });
    }
  }

  #drop(jobId: number, running: Running): void {
    running.drop();
    if (this.#jobs.get(jobId) === running) this.#jobs.delete(jobId);
  }

  #notice(sentence: string): void {
    this.#options.onNotice?.(sentence);
  }
}
