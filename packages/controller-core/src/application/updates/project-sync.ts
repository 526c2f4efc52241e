import type { JobQueue } from '../../ports/job-queue.js';
import type { JobClaim, OwnedJobs } from '../../ports/owned-jobs.js';
import type { ProjectCopy, ProjectFolders } from '../../ports/project-folders.js';
import type { UnifiedJob } from '../../ports/records/jobs.js';
import type { Project } from '../../ports/records/templates.js';
import type { Preparing } from '../../ports/run-source.js';
import type { UpdateStore } from '../../ports/updates.js';
import { JobRunner, type JobRunnerOptions } from '../jobs/job-runner.js';
import { projectUpdateJob, updateTagOf, type UpdateTag } from './update-jobs.js';

/** Milliseconds between two looks at an update that another controller has. */
const LOOK_MS = 2_000;

/** What the bringing of projects to this machine needs. */
export interface ProjectSyncOptions {
  /** The node of this controller. */
  readonly hostname: string;
  readonly folders: ProjectFolders;
  readonly updates: UpdateStore;
  readonly queue: Pick<JobQueue, 'get'>;
  readonly owned: Pick<OwnedJobs, 'note' | 'release'>;
  /** Runs the updates; asked once they run, for it is made of this. */
  readonly runner: () => JobRunnerOptions;
}

/** An update within a job that has not come to a good end. Clients read the JSON in its message. */
export class PreviousTaskFailed extends Error {
  override readonly name = 'PreviousTaskFailed';

  /** @param wasCanceled whether it was ended for the one job that ran it, and says nothing to others */
  constructor(
    { id, name, type }: Pick<UnifiedJob, 'id' | 'name' | 'type'>,
    readonly wasCanceled = false,
  ) {
    const job = { job_type: type, job_name: name, job_id: String(id) };
    super(`Previous Task Failed: ${JSON.stringify(job)}`);
  }
}

/** A job, who owns it, and what ends the work for it. */
interface Wanting {
  readonly claim: JobClaim;
  readonly preparing: Preparing;
}

/** What is fetched of a project for a job: a branch, a tag or a commit, and what its requirements name. */
interface Fetch {
  readonly branch: string;
  /** The revision, where that is known. */
  readonly revision: string;
  readonly tags: readonly UpdateTag[];
}

/**
 * The copies of projects on this machine that jobs are run from. A job that needs a revision which is not here gets it by an update of its own (`sync`), before anything of it
 * is sent. Jobs that need the same at the same time share one. It alone writes its fields.
 */
export class ProjectSync {
  readonly #options: ProjectSyncOptions;
  readonly #underWay = new Map<string, Promise<string>>();
  readonly #running = new Map<number, JobRunner>();

  constructor(options: ProjectSyncOptions) {
    this.#options = options;
  }

  /** A person does not want an update any more; does nothing about one that is not run here. */
  cancel(jobId: number): void {
    this.#running.get(jobId)?.cancel();
  }

  /**
   * Makes sure that the project of a job is here at the revision that the job runs, and notes that revision at the job.
   *
   * @throws {PreviousTaskFailed}
   */
  async prepare(job: UnifiedJob, claim: JobClaim, preparing: Preparing): Promise<void> {
    const project = await this.#projectOf(job);
    if (project === undefined || project.scm_type === '') return;
    const wanted = revisionOf(job, project);
    const { revision } = await this.fetch(project, wanted, { claim, preparing });
    if (revision !== job.scm_revision)
      await this.#options.owned.note(claim, { scm_revision: revision });
  }

  /**
   * The copy of a job's project, at the revision that was noted.
   *
   * @throws {Error} with a sentence where there is none
   */
  async copyFor(job: UnifiedJob): Promise<ProjectCopy | undefined> {
    const { folders, queue } = this.#options;
    const project = await this.#projectOf(job);
    if (project === undefined) return undefined;
    if (project.scm_type === '') {
      const folder = await folders.manual(project);
      if (folder === undefined)
        throw new Error(
          `the folder ${project.local_path} of its project is not on this controller`,
        );
      return { revision: '', folder, lacksRoles: false, lacksCollections: false };
    }
    // it was noted after the job was taken
    const { scm_revision: revision } = (await queue.get(job.id)) ?? job;
    const copy = await folders.find(project, revision);
    if (copy !== undefined) return copy;
    throw new Error(`its project is not on this controller at revision ${revision || '(none)'}`);
  }

  /**
   * A copy of a project on this machine.
   *
   * @param wanted a commit, or the name of something
   * @throws {PreviousTaskFailed}
   */
  async fetch(project: Project, wanted: string, wanting: Wanting): Promise<ProjectCopy> {
    const { folders } = this.#options;
    const copy = await folders.find(project, wanted);
    if (copy !== undefined && isComplete(copy)) return copy;
    const fetch: Fetch = {
      branch: wanted,
      revision: copy?.revision ?? '',
      tags: [
        ...(copy === undefined ? [updateTagOf(project)] : []),
        ...(copy?.lacksRoles === false ? [] : (['install_roles'] as const)),
        ...(copy?.lacksCollections === false ? [] : (['install_collections'] as const)),
      ],
    };
    const revision = await this.#shared(project, fetch, wanting);
    const found = await folders.find(project, revision);
    if (found !== undefined) return found;
    throw new Error(`its project did not come to this controller at revision ${revision}`);
  }

  async #projectOf({ project_id: id }: UnifiedJob): Promise<Project | undefined> {
    if (id === null) return undefined;
    const project = await this.#options.updates.project(id);
    if (project === undefined) throw new Error('its project is gone');
    return project;
  }

  /** Waits for an update that does the same, or runs one. @returns the revision */
  async #shared(project: Project, fetch: Fetch, wanting: Wanting): Promise<string> {
    const key = `${project.id} ${project.scm_url} ${fetch.branch} ${fetch.tags.join()}`;
    for (let others; (others = this.#underWay.get(key)) !== undefined;) {
      try {
        const found = await others;
        wanting.preparing.signal.throwIfAborted();
        return found;
      } catch (error) {
        wanting.preparing.signal.throwIfAborted();
        if (error instanceof PreviousTaskFailed && !error.wasCanceled) throw error;
        // what has ended another's update does not end this one: one of those that waited runs it anew
        if (this.#underWay.get(key) === others) this.#underWay.delete(key);
      }
    }
    const running = this.#run(project, fetch, wanting);
    this.#underWay.set(key, running);
    try {
      return await running;
    } finally {
      if (this.#underWay.get(key) === running) this.#underWay.delete(key);
    }
  }

  /** Runs an update within a job. @returns the revision that is here now */
  async #run(
    project: Project,
    { branch, revision, tags }: Fetch,
    { claim, preparing: { signal, canceled } }: Wanting,
  ): Promise<string> {
    const { updates, owned, hostname, runner } = this.#options;
    const job = projectUpdateJob(project, { launchType: 'sync' }, { branch, tags });
    const child = await updates.createWithin(claim, { ...job, scm_revision: revision }, hostname);
    const update = new JobRunner(child, runner(), signal);
    const cancel = (): void => {
      update.cancel();
    };
    if (canceled.aborted) cancel();
    else canceled.addEventListener('abort', cancel, { once: true });
    this.#running.set(child.job.id, update);
    try {
      await update.run();
    } finally {
      this.#running.delete(child.job.id);
      canceled.removeEventListener('abort', cancel);
      // nobody else lets go of it, and its lease lives on; where it has ended, that is refused
      if (signal.aborted) await owned.release(child.claim).catch(() => undefined);
    }
    signal.throwIfAborted();
    const ended = await this.#ended(child.job.id, signal, canceled);
    if (ended?.status === 'successful') return ended.scm_revision;
    throw new PreviousTaskFailed(child.job, ended?.status === 'canceled' || canceled.aborted);
  }

  /** An update as it has ended: where another controller has adopted it, it may not have yet. */
  async #ended(
    id: number,
    signal: AbortSignal,
    canceled: AbortSignal,
  ): Promise<UnifiedJob | undefined> {
    const { queue, runner } = this.#options;
    const either = AbortSignal.any([signal, canceled]);
    for (;;) {
      const job = await queue.get(id);
      const isBegun = job?.status === 'waiting' || job?.status === 'running';
      if (!isBegun || canceled.aborted) return job;
      await runner().clock.sleep(LOOK_MS, either);
      signal.throwIfAborted();
    }
  }
}

const isComplete = ({ lacksRoles, lacksCollections }: ProjectCopy): boolean =>
  !lacksRoles && !lacksCollections;

/** What a job runs: the revision that was noted, else the branch that it asks for, else what its project has. */
function revisionOf(job: UnifiedJob, project: Project): string {
  if (job.scm_revision !== '') return job.scm_revision;
  const isOther = job.scm_branch !== '' && job.scm_branch !== project.scm_branch;
  if (isOther && project.allow_override) return job.scm_branch;
  return project.scm_revision === '' ? project.scm_branch : project.scm_revision;
}
