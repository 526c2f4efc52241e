import { DomainError } from '../../domain/domain-error.js';
import { readInventory, type ImportedInventory } from '../../domain/imported-inventory.js';
import { ScmHostRules } from '../../domain/scm-address.js';
import type { JobRun } from '../../ports/job-run.js';
import type { JobClaim, NewJobEvent, OwnedJobs } from '../../ports/owned-jobs.js';
import type { ProjectCopy, RunFiles } from '../../ports/project-folders.js';
import type { RunMaterialsStore } from '../../ports/run-materials.js';
import type { Conclusion, EndedRun, Preparing } from '../../ports/run-source.js';
import type { InventorySource } from '../../ports/records/inventory.js';
import type { UnifiedJob } from '../../ports/records/jobs.js';
import type { ImportCounts } from '../../ports/updates.js';
import { eventRow } from '../jobs/event-row.js';
import { PreviousTaskFailed, ProjectSync, type ProjectSyncOptions } from './project-sync.js';
import { INVENTORY_OUTPUT, inventoryUpdateRun, projectUpdateRun } from './update-runs.js';

/** What updates need besides what bringing projects here does. */
export interface UpdateSourceOptions extends Omit<ProjectSyncOptions, 'owned'> {
  readonly owned: OwnedJobs;
  readonly materials: RunMaterialsStore;
  readonly files: RunFiles;
  /** Default: every machine but this one and its link. */
  readonly hosts?: ScmHostRules | undefined;
}

/** Bytes of the output of `ansible-inventory`, which is read at once. */
const MAX_INVENTORY = 64 * 2 ** 20;

/** What jobs are run from on this machine, what updates run, and what follows from runs for projects, inventories and the facts of hosts. */
export class UpdateSource {
  readonly #options: UpdateSourceOptions;
  readonly #sync: ProjectSync;

  constructor(options: UpdateSourceOptions) {
    this.#options = options;
    this.#sync = new ProjectSync(options);
  }

  /** A person does not want an update that runs within a job. */
  cancel(jobId: number): void {
    this.#sync.cancel(jobId);
  }

  /** @returns why a job fails before it has begun, where it does */
  async prepare(
    job: UnifiedJob,
    claim: JobClaim,
    preparing: Preparing,
  ): Promise<string | undefined> {
    if (job.type !== 'job' && job.type !== 'inventory_update') return undefined;
    try {
      await this.#sync.prepare(job, claim, preparing);
      return undefined;
    } catch (error) {
      if (error instanceof PreviousTaskFailed) return error.message;
      throw error;
    }
  }

  /** The copy of a job's project on this machine. @throws {Error} with a sentence where there is none */
  copyFor(job: UnifiedJob): Promise<ProjectCopy | undefined> {
    return this.#sync.copyFor(job);
  }

  /** Adds what this machine has to what a job runs: what its project requires, the facts of hosts. */
  async completed(job: UnifiedJob, run: JobRun, copy: ProjectCopy | undefined): Promise<JobRun> {
    const facts = job.use_fact_cache ? await this.#options.updates.facts(job) : undefined;
    if (copy === undefined) return { ...run, facts };
    const { roles, collections } = copy;
    return {
      ...run,
      facts,
      // relative to the folder of the project, in which Ansible works
      envVars: {
        ...run.envVars,
        ...(roles !== undefined && {
          ANSIBLE_ROLES_PATH: '../requirements_roles:./roles:~/.ansible/roles:/etc/ansible/roles',
        }),
        ...(collections !== undefined && {
          ANSIBLE_COLLECTIONS_PATH:
            '../requirements_collections:~/.ansible/collections:/usr/share/ansible/collections',
        }),
      },
      folders: {
        ...(roles !== undefined && { requirements_roles: roles }),
        ...(collections !== undefined && { requirements_collections: collections }),
      },
    };
  }

  /** What an update runs. @throws {Error} with a sentence for what it lacks */
  async describe(job: UnifiedJob): Promise<JobRun> {
    const { updates, materials, folders, hosts = new ScmHostRules() } = this.#options;
    const { credentials, typed, image } = await materials.forUpdate(job);
    if (job.type === 'project_update') {
      const project = await updates.project(job.project_id ?? 0);
      if (project === undefined) throw new Error('its project is gone');
      return projectUpdateRun(job, project, { credentials, typed }, folders, hosts);
    }
    const source = await updates.source(job.inventory_source_id ?? 0);
    if (source === undefined) throw new Error('its source is gone');
    const copy = await this.#sync.copyFor(job);
    if (copy === undefined) throw new Error('its source has no project');
    return {
      ...inventoryUpdateRun(job, copy.folder),
      ...(image !== undefined && { container: { image: image.name, options: ['--user=root'] } }),
    };
  }

  /** Reads the files that a run has left. */
  async collect(job: UnifiedJob, folder: string): Promise<unknown> {
    const { files } = this.#options;
    if (job.type === 'inventory_update') {
      try {
        return await files.read(folder, INVENTORY_OUTPUT, MAX_INVENTORY);
      } catch (error) {
        return error instanceof Error ? error : new Error(String(error));
      }
    }
    return job.type === 'job' && job.use_fact_cache ? files.readFacts(folder) : undefined;
  }

  /** Stores what follows from a run. */
  async conclude(job: UnifiedJob, claim: JobClaim, run: EndedRun): Promise<Conclusion> {
    switch (job.type) {
      case 'project_update':
        return run.end.status === 'successful' ? this.#concludeProject(job, claim, run) : {};
      case 'inventory_update':
        return run.end.status === 'successful' ? this.#import(job, claim, run) : {};
      case 'job':
        if (run.collected instanceof Map && job.inventory_id !== null)
          await this.#options.updates.keepFacts(job, claim, run.collected);
        return {};
      default:
        return {};
    }
  }

  async #concludeProject(job: UnifiedJob, claim: JobClaim, run: EndedRun): Promise<Conclusion> {
    const { updates, folders } = this.#options;
    const told = run.artifacts['scm_revision'];
    const revision = typeof told === 'string' ? told : job.scm_revision;
    const facts = { scm_revision: revision };
    // one within a job says nothing of the project
    if (job.job_type === 'run') return { facts };
    const project = await updates.project(job.project_id ?? 0);
    if (project === undefined) return { facts };
    const wanting = { claim, preparing: run.preparing };
    try {
      // where it ran beside a controller that is dead by now, it is fetched to this one
      const found = await folders.find(project, revision);
      const { folder } = found ?? (await this.#sync.fetch(project, revision, wanting));
      const { playbooks, inventories } = await folders.filesIn(folder);
      await updates.keepProject(claim, project.id, { revision, playbooks, inventories });
    } catch (error) {
      if (error instanceof PreviousTaskFailed) {
        return { event: 'fail', facts: { ...facts, job_explanation: error.message } };
      }
      throw error;
    }
    return { facts };
  }

  async #import(job: UnifiedJob, claim: JobClaim, run: EndedRun): Promise<Conclusion> {
    const { updates, owned } = this.#options;
    const source = await updates.source(job.inventory_source_id ?? 0);
    if (source === undefined) return failure('its source is gone');
    const { collected } = run;
    if (collected instanceof Error)
      return failure(`its output can't be read: ${collected.message}`);
    if (typeof collected !== 'string') return failure('ansible-inventory has left no output');
    const log = new ImportLog(run);
    let conclusion: Conclusion;
    try {
      const imported = read(collected, source);
      log.add(`Loaded ${imported.groups.length} groups, ${imported.hosts.length} hosts`);
      const rules = {
        sourceId: source.id,
        inventoryId: source.inventory_id,
        overwrite: job.overwrite,
        overwriteVars: job.overwrite_vars,
      };
      const counts = await updates.importInventory(claim, rules, imported);
      for (const line of sentencesOf(counts)) log.add(line);
      conclusion = {};
    } catch (error) {
      // what the inventory is not ends the update; all else is the storage's, and is tried again
      if (!isOfInventory(error)) throw error;
      log.add(`The inventory was not imported: ${error.message}`);
      conclusion = failure(error.message);
    }
    await owned.storeEvents(claim, log.events);
    const emitted_events = run.end.emittedEvents + log.events.length;
    return { ...conclusion, facts: { ...conclusion.facts, emitted_events } };
  }
}

const failure = (job_explanation: string): Conclusion => ({
  event: 'fail',
  facts: { job_explanation },
});

/** That an inventory can't be taken over, for people. */
class InventoryError extends Error {
  override readonly name = 'InventoryError';
}

/** @throws {InventoryError} */
function read(text: string, source: InventorySource): ImportedInventory {
  try {
    return readInventory(text, {
      hostFilter: source.host_filter,
      enabledVar: source.enabled_var,
      enabledValue: source.enabled_value,
    });
  } catch (cause) {
    throw new InventoryError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

const isOfInventory = (error: unknown): error is Error =>
  error instanceof InventoryError || error instanceof DomainError;

const sentencesOf = (counts: ImportCounts): readonly string[] => [
  `Hosts: ${counts.hosts} in the source; ${counts.hostsAdded} added, ${counts.hostsChanged} changed, ${counts.hostsRemoved} removed`,
  `Groups: ${counts.groups} in the source; ${counts.groupsAdded} added, ${counts.groupsChanged} changed, ${counts.groupsRemoved} removed`,
  'Inventory import completed',
];

/** Lines of an import as events behind those of its run. It alone writes its fields. */
class ImportLog {
  readonly #events: NewJobEvent[] = [];

  constructor(private readonly run: EndedRun) {}

  get events(): readonly NewJobEvent[] {
    return this.#events;
  }

  add(stdout: string): void {
    const { lastCounter, lastLine } = this.run;
    const at = this.#events.length;
    const event = {
      counter: lastCounter + at + 1,
      uuid: '',
      event: 'verbose',
      stdout,
      start_line: lastLine + at,
      end_line: lastLine + at + 1,
      created: new Date().toISOString(),
      event_data: {},
    };
    this.#events.push(eventRow(event, new Map()));
  }
}
