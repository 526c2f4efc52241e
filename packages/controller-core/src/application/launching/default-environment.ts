import type { ResourceStore, Row } from '../../ports/resource-store.js';

/** The execution environment of a job whose template names none: that of the project, the organization of the job, that of the inventory. */
export async function defaultEnvironment(store: ResourceStore, values: Row): Promise<unknown> {
  const rowOf = async (resource: string, id: unknown): Promise<Row | undefined> =>
    typeof id === 'number' ? store.get(resource, id) : undefined;
  const project = await rowOf('projects', values['project']);
  const inventory = await rowOf('inventories', values['inventory']);
  const own = values['organization'] ?? project?.['organization'];
  return (
    project?.['default_environment'] ??
    (await rowOf('organizations', own))?.['default_environment'] ??
    (await rowOf('organizations', inventory?.['organization']))?.['default_environment'] ??
    null
  );
}
