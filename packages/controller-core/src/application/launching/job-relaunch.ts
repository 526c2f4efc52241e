import { isActive, type JobState } from '../../domain/job-states.js';
import { neededPasswords } from '../../domain/needed-passwords.js';
import type { Row } from '../../ports/resource-store.js';
import { JobLauncher } from './job-launcher.js';
import { linkedCredentials, missingPasswords, type Passwords } from './launch-credentials.js';
import { LaunchError } from './launch-error.js';
import type { LaunchAuthor, LaunchPorts } from './launch-ports.js';
import { projectProblem } from './launch-project.js';

/** Hosts that a relaunch takes from the job that failed there. */
const MAX_FAILED_HOSTS = 10_000;

/** What a relaunch needs, and how many hosts it would have. */
export interface RelaunchRequirements {
  readonly passwords: readonly string[];
  readonly hosts: { readonly all: number; readonly failed: number };
}

/** What is given for a relaunch. */
export interface JobRelaunchRequest {
  /** Default: `all`. */
  readonly hosts?: 'all' | 'failed' | undefined;
  readonly passwords?: Passwords | undefined;
}

/** Relaunches jobs, on all of their hosts or on those that failed. */
export class JobRelaunch {
  constructor(private readonly ports: LaunchPorts) {}

  async requirements(job: Row): Promise<RelaunchRequirements> {
    const { store } = this.ports;
    const failed = await this.#failedHosts(job);
    const all = await store.count('job_host_summaries', ofJob(job));
    const credentials = await linkedCredentials(store, 'jobs', Number(job['id']));
    return { passwords: neededPasswords(credentials), hosts: { all, failed: failed.length } };
  }

  /**
   * @returns the id of the new job
   * @throws {LaunchError} where something is missing or not allowed
   */
  async relaunch(
    job: Row,
    { hosts, passwords }: JobRelaunchRequest,
    author: LaunchAuthor,
  ): Promise<number> {
    const { store, inTransaction, lockPasswords } = this.ports;
    const credentials = await linkedCredentials(store, 'jobs', Number(job['id']));
    const missing = missingPasswords(credentials, passwords);
    if (missing.length > 0) throw new LaunchError({ passwords_needed_to_start: missing });
    if (typeof job['inventory'] !== 'number')
      throw new LaunchError({ inventory: ['Job inventory is missing or undefined.'] });
    const problem = await projectProblem(store, job['project'], job['scm_branch']);
    if (problem !== undefined) throw new LaunchError({ project: [problem] });
    const limit = hosts === 'failed' ? await this.#failedLimit(job) : undefined;
    return inTransaction(async (stores) => {
      const startArguments = passwords && lockPasswords(passwords);
      const launcher = new JobLauncher(stores.store, stores.queue);
      const made = await launcher.relaunch(job, author.userId, { limit, startArguments });
      await author.record(stores.store, made);
      return made[0] ?? 0;
    });
  }

  async #failedHosts(job: Row): Promise<readonly string[]> {
    const failed = { kind: 'field', field: 'failed', lookup: 'exact', value: true } as const;
    const rows = await this.ports.store.list('job_host_summaries', {
      criterion: { kind: 'all', of: [ofJob(job), failed] },
      order: [],
      limit: MAX_FAILED_HOSTS,
      offset: 0,
    });
    return rows.map((row) => String(row['host_name']));
  }

  async #failedLimit(job: Row): Promise<string> {
    if (isActive(job['status'] as JobState))
      throw new LaunchError({
        hosts: ['Wait until job finishes before retrying on failed hosts.'],
      });
    const names = await this.#failedHosts(job);
    if (names.length === 0)
      throw new LaunchError({ hosts: ['Cannot retry on failed hosts, there are none.'] });
    return names.join(',');
  }
}

const ofJob = (job: Row) =>
  ({ kind: 'field', field: 'job', lookup: 'exact', value: Number(job['id']) }) as const;
