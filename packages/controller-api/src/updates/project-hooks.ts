import {
  isUpdatable,
  projectOf,
  projectUpdateJob,
  readScmAddress,
  type Row,
} from '@receptorjs/controller-core';
import type { ApiContext } from '../api-context.js';
import type { ResourceHooks } from '../editing/resource-hooks.js';
import type { FieldErrors } from '../resources/resource.js';
import { textOf } from '../resources/values.js';

/** What a change of is a reason to fetch a project anew. */
const scmFields = [
  'scm_type',
  'scm_url',
  'scm_branch',
  'scm_refspec',
  'scm_track_submodules',
  'credential',
] as const;

/** What follows from changes of projects: an update is started, the folder that a person keeps is looked at, what was fetched is removed. */
export function projectHooks({
  store,
  queue,
  projects,
  hosts,
}: Pick<ApiContext, 'store' | 'queue' | 'projects' | 'hosts'>): ResourceHooks {
  const begin = async (row: Row, userId: number): Promise<void> => {
    const project = projectOf(row);
    if (isUpdatable(project)) {
      await queue.create(projectUpdateJob(project, { launchType: 'manual', userId }));
      return;
    }
    if (projects === undefined) return;
    const folder = await projects.manual(project);
    const found = folder === undefined ? undefined : await projects.filesIn(folder);
    await store.update('projects', project.id, {
      status: found === undefined ? 'missing' : 'ok',
      playbook_files: found?.playbooks ?? [],
      inventory_files: found?.inventories ?? [],
      scm_revision: '',
    });
  };
  return {
    check(values): FieldErrors {
      const address = readScmAddress(textOf(values['scm_url']));
      if (typeof address === 'string' || hosts === undefined || hosts.isAllowed(address.host))
        return {};
      return { scm_url: [`The administrator does not allow projects from ${address.host}.`] };
    },
    async created(row, { user }) {
      const id = Number(row['id']);
      // those that are fetched have folders by their ids
      if (row['scm_type'] !== '')
        await store.update('projects', id, { local_path: folderName(id, textOf(row['name'])) });
      await begin(row, user.id);
    },
    async changed(before, row, { user }) {
      const isChanged = (name: string): boolean => before[name] !== row[name];
      const isManual = row['scm_type'] === '';
      if (isManual ? isChanged('local_path') || isChanged('scm_type') : scmFields.some(isChanged))
        await begin(row, user.id);
    },
    async removed(row) {
      await projects?.remove(projectOf(row));
    },
  };
}

const folderName = (id: number, name: string): string =>
  `_${id}__${name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .slice(0, 64)}`;
