import type { NewJob } from '../../ports/job-queue.js';
import type { InventorySource } from '../../ports/records/inventory.js';
import type { LaunchType } from '../../ports/records/jobs.js';
import type { Project } from '../../ports/records/templates.js';
import { taskImpact } from '../../domain/task-impact.js';

/** What has made an update, and for whom. */
export interface UpdateOrigin {
  readonly launchType: Extract<LaunchType, 'manual' | 'dependency' | 'sync' | 'scm'>;
  readonly userId?: number | null | undefined;
}

/** Whether a project can be updated: one that a person keeps by hand can't. */
export const isUpdatable = ({
  scm_type: type,
  scm_url: url,
}: Pick<Project, 'scm_type' | 'scm_url'>): boolean => type !== '' && url !== '';

/** Parts of an update of a project. */
export type UpdateTag =
  'delete' | 'update_git' | 'update_archive' | 'install_roles' | 'install_collections';

/** The part of an update that fetches a project. */
export const updateTagOf = ({ scm_type: type }: Pick<Project, 'scm_type'>): UpdateTag =>
  type === 'archive' ? 'update_archive' : 'update_git';

/** An update of a project, or of the copy of it that a job needs. */
export function projectUpdateJob(
  project: Project,
  { launchType, userId = null }: UpdateOrigin,
  changes: { readonly branch?: string; readonly tags?: readonly UpdateTag[] } = {},
): NewJob {
  const isForJob = launchType === 'sync';
  const first: readonly UpdateTag[] = project.scm_delete_on_update ? ['delete'] : [];
  return {
    type: 'project_update',
    name: project.name,
    description: project.description,
    launch_type: launchType,
    job_type: isForJob ? 'run' : 'check',
    job_tags: (changes.tags ?? [...first, updateTagOf(project)]).join(','),
    project_id: project.id,
    unified_job_template_id: project.id,
    organization_id: project.organization_id,
    credential_id: project.credential_id,
    scm_type: project.scm_type,
    scm_url: project.scm_url,
    scm_branch: changes.branch ?? project.scm_branch,
    scm_refspec: project.scm_refspec,
    scm_clean: project.scm_clean,
    scm_track_submodules: project.scm_track_submodules,
    scm_delete_on_update: project.scm_delete_on_update,
    timeout: project.timeout,
    task_impact: taskImpact({ type: 'project_update', isForJob }),
    dependencies_processed: true,
    created_by_id: userId,
    modified_by_id: userId,
  };
}

/** An update of an inventory from one of its sources. */
export function inventoryUpdateJob(
  source: InventorySource,
  { launchType, userId = null }: UpdateOrigin,
  more: { readonly groups: readonly number[]; readonly dependsOnProject: boolean },
): NewJob {
  return {
    type: 'inventory_update',
    name: source.name,
    description: source.description,
    launch_type: launchType,
    inventory_id: source.inventory_id,
    inventory_source_id: source.id,
    unified_job_template_id: source.id,
    project_id: source.source_project_id,
    credential_id: source.credential_id,
    execution_environment_id: source.execution_environment_id,
    source: source.source,
    source_path: source.source_path,
    source_vars: source.source_vars,
    scm_branch: source.scm_branch,
    overwrite: source.overwrite,
    overwrite_vars: source.overwrite_vars,
    limit: source.limit,
    verbosity: source.verbosity,
    timeout: source.timeout,
    task_impact: taskImpact({ type: 'inventory_update' }),
    preferred_instance_groups: more.groups,
    dependencies_processed: !more.dependsOnProject,
    created_by_id: userId,
    modified_by_id: userId,
  };
}
