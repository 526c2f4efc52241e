import type { ResourceStore, Row } from '../../ports/resource-store.js';

/**
 * Why nothing can be run of a project.
 *
 * @param id of the project that a template or a job has
 * @param branch that is asked for; empty or absent for that of the project
 */
export async function projectProblem(
  store: ResourceStore,
  id: unknown,
  branch: unknown,
): Promise<string | undefined> {
  const project = typeof id === 'number' ? await store.get('projects', id) : undefined;
  return problemOf(project, branch);
}

/** The same of the row of the project. */
export function problemOf(project: Row | undefined, branch: unknown): string | undefined {
  if (project === undefined) return 'A project is required to run a job.';
  if (project['status'] === 'missing') return 'The folder of the project is missing.';
  if (typeof branch === 'string' && branch !== '' && project['allow_override'] !== true)
    return 'Project does not allow override of branch.';
  const hasFailed = ['failed', 'error', 'canceled'].includes(String(project['status']));
  const isFetched = project['scm_type'] === '' || project['scm_update_on_launch'] === true;
  return hasFailed && !isFetched && project['scm_revision'] === ''
    ? 'Missing a revision to run due to failed project update.'
    : undefined;
}
