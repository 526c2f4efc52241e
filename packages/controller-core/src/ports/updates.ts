import type { ImportedInventory } from '../domain/imported-inventory.js';
import type { NewJob } from './job-queue.js';
import type { ClaimedJob, JobClaim } from './owned-jobs.js';
import type { InventorySource } from './records/inventory.js';
import type { UnifiedJob } from './records/jobs.js';
import type { Project } from './records/templates.js';

/** What an update of a project has found. */
export interface ProjectContent {
  readonly revision: string;
  readonly playbooks: readonly string[];
  readonly inventories: readonly string[];
}

/** How hosts are taken over into an inventory. */
export interface ImportRules {
  readonly sourceId: number;
  readonly inventoryId: number;
  /** Hosts and groups that the source has brought before and does not have any more go, and hosts leave groups. */
  readonly overwrite: boolean;
  /** Variables become those of the source, instead of being added. */
  readonly overwriteVars: boolean;
}

/** What an import has changed. */
export interface ImportCounts {
  readonly hosts: number;
  readonly groups: number;
  readonly hostsAdded: number;
  readonly hostsChanged: number;
  readonly hostsRemoved: number;
  readonly groupsAdded: number;
  readonly groupsChanged: number;
  readonly groupsRemoved: number;
}

/** What updates read and write. Writes carry the claim of a job, and are refused where it has another owner by now, as those of `OwnedJobs`. */
export interface UpdateStore {
  project(id: number): Promise<Project | undefined>;
  source(id: number): Promise<InventorySource | undefined>;
  /** Makes a job that runs within another one: it has the owner of that, and runs on a node of the control plane. */
  createWithin(parent: JobClaim, job: NewJob, hostname: string): Promise<ClaimedJob>;
  /** Stores what a project has. Where it has changed, sources of inventories that want it are brought up to date. */
  keepProject(claim: JobClaim, projectId: number, content: ProjectContent): Promise<void>;
  /**
   * Takes hosts, groups and variables over, all or nothing.
   *
   * @throws {Error} with a sentence where the organization may not have as many hosts
   */
  importInventory(
    claim: JobClaim,
    rules: ImportRules,
    imported: ImportedInventory,
  ): Promise<ImportCounts>;
  /** Facts of the hosts of a job's inventory, by their names. */
  facts(job: UnifiedJob): Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>>;
  /**
   * Stores facts of the hosts of a job, by their names: those that have changed, and that nobody else has changed since the job began. Those that the job was given and has
   * cleared go.
   */
  keepFacts(
    job: UnifiedJob,
    claim: JobClaim,
    facts: ReadonlyMap<string, Readonly<Record<string, unknown>>>,
  ): Promise<void>;
}

/** Finds out what pending jobs depend on. */
export interface DependencyStore {
  /**
   * Takes pending jobs of which that is not known yet, each in a transaction of its own, and links them to the updates that they need: those that are under way, or new ones.
   * Several controllers may do it at the same time.
   *
   * @param limit jobs at most
   * @returns how many were taken
   */
  process(limit: number): Promise<number>;
}
