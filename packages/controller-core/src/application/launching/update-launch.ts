import type { NewJob } from '../../ports/job-queue.js';
import type { Row } from '../../ports/resource-store.js';
import { inventoryUpdateJob, isUpdatable, projectUpdateJob } from '../updates/update-jobs.js';
import { projectOf, sourceOf } from '../updates/update-records.js';
import type { LaunchAuthor, LaunchPorts } from './launch-ports.js';
import { preferredGroups } from './preferred-groups.js';

/** What can be updated: projects from their sources, and inventories from theirs. */
export type Updatable = 'projects' | 'inventory_sources';

/** Launches updates of projects and of inventories. */
export class UpdateLaunch {
  constructor(private readonly ports: LaunchPorts) {}

  /** Whether a row is of a kind that is updated. */
  async canUpdate(resource: Updatable, row: Row): Promise<boolean> {
    return (await this.#jobOf(resource, row, null)) !== undefined;
  }

  /** @returns the id of the update; nothing where the row is of a kind that is not updated */
  async launch(resource: Updatable, row: Row, author: LaunchAuthor): Promise<number | undefined> {
    const job = await this.#jobOf(resource, row, author.userId);
    if (job === undefined) return undefined;
    return this.ports.inTransaction(async ({ store, queue }) => {
      const { id } = await queue.create(job);
      await author.record(store, [id]);
      return id;
    });
  }

  async #jobOf(resource: Updatable, row: Row, userId: number | null): Promise<NewJob | undefined> {
    const origin = { launchType: 'manual', userId } as const;
    if (resource === 'projects') {
      const project = projectOf(row);
      return isUpdatable(project) ? projectUpdateJob(project, origin) : undefined;
    }
    const { store } = this.ports;
    const source = sourceOf(row);
    if (source.source_project_id === null) return undefined;
    const project = await store.get('projects', source.source_project_id);
    if (project === undefined) return undefined;
    const groups = await preferredGroups(store, undefined, source.inventory_id);
    const dependsOnProject = project['scm_update_on_launch'] === true;
    return inventoryUpdateJob(source, origin, { groups, dependsOnProject });
  }
}
