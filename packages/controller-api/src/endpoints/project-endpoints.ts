import { Type } from '@sinclair/typebox';
import { projectOf, type Row } from '@receptorjs/controller-core';
import { errorSchema } from '../resources/body-schema.js';
import { API } from '../resources/presenter.js';
import type { Resource } from '../resources/resource.js';
import type { ApiParts } from './api-parts.js';
import type { Endpoint } from './endpoint.js';
import { visibleRow } from './resource-endpoints.js';

/** What may be chosen from of a project: its playbooks, and its inventories. */
export function projectEndpoints(parts: ApiParts): Endpoint[] {
  const projects = parts.resources.get('projects');
  if (projects === undefined) throw new Error('there are no projects');
  return [
    filesEndpoint(projects, 'playbooks', 'Project Playbooks', parts),
    filesEndpoint(projects, 'inventories', 'Project Inventories', parts),
  ];
}

const filesEndpoint = (
  projects: Resource,
  name: 'playbooks' | 'inventories',
  label: string,
  parts: ApiParts,
): Endpoint => ({
  path: `${API}/projects/:id/${name}/`,
  name: label,
  tag: 'projects',
  operations: {
    GET: {
      summary: `The ${name} of a project`,
      schema: { response: { 200: Type.Array(Type.String()), 404: errorSchema } },
      handle: async (call) => filesOf(await visibleRow(projects, parts, call), name, parts),
    },
  },
});

/** What a person keeps by hand is looked at now; of what is fetched it is known since it was. */
async function filesOf(
  row: Row,
  name: 'playbooks' | 'inventories',
  { context: { projects, store } }: ApiParts,
): Promise<unknown> {
  const stored = row[name === 'playbooks' ? 'playbook_files' : 'inventory_files'] ?? [];
  if (row['scm_type'] !== '' || projects === undefined) return stored;
  const folder = await projects.manual(projectOf(row));
  if (folder === undefined) return stored;
  const { playbooks, inventories } = await projects.filesIn(folder);
  await store.update('projects', Number(row['id']), {
    status: 'ok',
    playbook_files: playbooks,
    inventory_files: inventories,
  });
  return name === 'playbooks' ? playbooks : inventories;
}
