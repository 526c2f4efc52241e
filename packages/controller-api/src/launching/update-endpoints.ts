import { UpdateLaunch, type Updatable } from '@receptorjs/controller-core';
import type { ApiParts } from '../endpoints/api-parts.js';
import type { Endpoint } from '../endpoints/endpoint.js';
import { visibleRow } from '../endpoints/resource-endpoints.js';
import { ApiError } from '../errors/api-error.js';
import { may } from '../permissions/permission-table.js';
import { errorSchema } from '../resources/body-schema.js';
import { API } from '../resources/presenter.js';
import { answerOf } from './launched-answer.js';
import { authorOf, launchPorts } from './launch-ports.js';

/** Updates of projects and of inventories. */
export const updateEndpoints = (parts: ApiParts): Endpoint[] => [
  updateEndpoint('projects', 'project_updates', 'project_update', parts),
  updateEndpoint('inventory_sources', 'inventory_updates', 'inventory_update', parts),
];

function updateEndpoint(path: Updatable, updates: string, key: string, parts: ApiParts): Endpoint {
  const [updated, update] = [parts.resources.get(path), parts.resources.get(updates)];
  if (!updated || !update) throw new Error(`there are no ${updates}`);
  const launches = new UpdateLaunch(launchPorts(parts.context));
  return {
    path: `${API}/${path}/:id/update/`,
    name: `${updated.label} Update`,
    tag: path,
    actions: { GET: {}, POST: {} },
    operations: {
      GET: {
        summary: 'Whether it can be updated',
        schema: {
          response: { 200: { type: 'object', additionalProperties: true }, 404: errorSchema },
        },
        handle: async (call) => {
          const row = await visibleRow(updated, parts, call);
          return { can_update: await launches.canUpdate(path, row) };
        },
      },
      POST: {
        summary: 'Start an update',
        isAllowed: (user) => may(user, path, 'start'),
        schema: {
          response: {
            202: { type: 'object', additionalProperties: true },
            404: errorSchema,
            405: errorSchema,
          },
        },
        handle: async (call) => {
          const row = await visibleRow(updated, parts, call);
          const id = await launches.launch(path, row, authorOf(parts, call, update));
          if (id === undefined) throw ApiError.notAllowed('POST', ['GET', 'HEAD', 'OPTIONS']);
          const answer = await answerOf(update, id, parts, call);
          call.reply.code(202).header('Location', answer['url']);
          return { [key]: answer['id'], ...answer };
        },
      },
    },
  };
}
