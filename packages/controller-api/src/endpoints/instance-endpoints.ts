import type { Row } from '@receptorjs/controller-core';
import { Type } from '@sinclair/typebox';
import { ApiError } from '../errors/api-error.js';
import { checkValidation } from '../errors/validation-errors.js';
import { may } from '../permissions/permission-table.js';
import { errorSchema } from '../resources/body-schema.js';
import { API } from '../resources/presenter.js';
import type { Resource } from '../resources/resource.js';
import { actorOf, type ApiParts } from './api-parts.js';
import type { Call, Endpoint } from './endpoint.js';
import { resourceEndpoints, visibleRow } from './resource-endpoints.js';
import { sublistEndpoints } from './sublist-endpoints.js';

/** What is told of a health check. */
const healthFields = [
  'uuid',
  'hostname',
  'ip_address',
  'version',
  'last_health_check',
  'health_check_started',
  'health_check_pending',
  'errors',
  'cpu',
  'memory',
  'cpu_capacity',
  'mem_capacity',
  'capacity',
] as const;

const MAX_ID = 2_147_483_647;

/** What nodes have besides fields: checks, an end, and their groups, which follow from the policies of those. */
export function instanceEndpoints(parts: ApiParts): Endpoint[] {
  const instances = parts.resources.get('instances');
  const groups = parts.resources.get('instance_groups');
  if (!instances || !groups) throw new Error('there are no nodes');
  return [
    healthCheck(instances, parts),
    removal(instances, parts),
    membership(groups, 'instances', { groups, instances, isOfGroup: true }, parts),
    membership(instances, 'instance_groups', { groups, instances, isOfGroup: false }, parts),
  ];
}

function healthCheck(instances: Resource, parts: ApiParts): Endpoint {
  const { context, presenter } = parts;
  return {
    path: `${API}/instances/:id/health_check/`,
    name: 'Instance Health Check',
    tag: 'instances',
    operations: {
      GET: {
        summary: 'What the last health check of a node has found',
        schema: { response: { 404: errorSchema } },
        handle: async (call) => {
          const row = await visibleRow(instances, parts, call);
          const shown = await presenter.one(instances, row, call.user);
          return Object.fromEntries(healthFields.map((name) => [name, shown[name]]));
        },
      },
      POST: {
        summary: 'Have a node checked now',
        isAllowed: (user) => may(user, 'instances', 'start'),
        schema: {
          response: {
            200: Type.Object({ msg: Type.String() }),
            400: errorSchema,
            404: errorSchema,
          },
        },
        handle: async (call) => {
          const row = await visibleRow(instances, parts, call);
          const { hostname, node_type: type } = row;
          if (type !== 'execution')
            throw ApiError.badRequest(
              `A health check is made of execution nodes; ${String(hostname)} is a ${String(type)} node.`,
            );
          await context.store.update('instances', Number(row['id']), {
            health_check_requested: context.now(),
          });
          call.reply.code(200);
          return { msg: `Health check is running for ${String(hostname)}.` };
        },
      },
    },
  };
}

/** Taking a node out at once: jobs that are yet to end there are lost. */
function removal(instances: Resource, parts: ApiParts): Endpoint {
  const [, row] = resourceEndpoints(instances, parts);
  if (row === undefined) throw new Error('nodes have no address');
  return {
    ...row,
    operations: {
      ...row.operations,
      DELETE: {
        summary: 'Remove a node; jobs that are yet to end there are declared lost',
        isAllowed: (user) => may(user, 'instances', 'delete'),
        schema: {
          response: { 204: { type: 'null' }, 403: errorSchema, 404: errorSchema, 409: errorSchema },
        },
        handle: async (call) => {
          const node = await visibleRow(instances, parts, call);
          checkRemovable(node);
          const hostname = String(node['hostname']);
          const why = `${hostname} was removed by ${call.user.username} before the job came to its end: it is lost.`;
          await parts.context.inTransaction(async ({ store, housekeeping, instances: nodes }) => {
            await housekeeping.loseJobs(hostname, why);
            await nodes.remove(hostname);
            await parts.editor.noteRemoval(store, instances, node, actorOf(call));
          });
          call.reply.code(204);
          return undefined;
        },
      },
    },
  };
}

function checkRemovable({ managed, node_state: state, hostname }: Row): void {
  if (managed === true) throw ApiError.forbidden('Cannot remove managed nodes.');
  if (state !== 'ready') return;
  const error = `${String(hostname)} is ready. Set its node_state to 'deprovisioning' first, or wait until it can't be reached.`;
  throw ApiError.conflict({ error });
}

/** Whose list is changed by which of both addresses. */
interface Membership {
  readonly groups: Resource;
  readonly instances: Resource;
  /** Whether it is the address of a group. */
  readonly isOfGroup: boolean;
}

/** The list of nodes of a group, or of groups of a node: attaching and detaching changes the list of the group's policy. */
function membership(
  resource: Resource,
  name: string,
  { groups, instances, isOfGroup }: Membership,
  parts: ApiParts,
): Endpoint {
  const path = `${API}/${resource.path}/:id/${name}/`;
  const list = sublistEndpoints(resource, parts).find((each) => each.path === path);
  if (list === undefined) throw new Error(`there is no ${path}`);
  const attach = async (call: Call): Promise<undefined> => {
    checkValidation(call.request, {});
    if (!may(call.user, 'instance_groups', 'change')) throw ApiError.forbidden();
    const own = await visibleRow(resource, parts, call);
    const body = (call.request.body ?? {}) as Row;
    const id = Number(body['id']);
    if (!Number.isInteger(id) || id < 1 || id > MAX_ID)
      throw ApiError.invalid({ id: ['A valid integer is required.'] });
    const other = await parts.context.store.get(isOfGroup ? 'instances' : 'instance_groups', id);
    if (other === undefined)
      throw ApiError.invalid({ id: [`Invalid pk "${id}" - object does not exist.`] });
    const [group, node] = isOfGroup ? [own, other] : [other, own];
    const isAttached = body['disassociate'] !== true && body['disassociate'] !== 'true';
    if (isAttached) checkMember(group, node);
    const hostname = String(node['hostname']);
    const change = (existing: Row): Row => {
      const before = (existing['policy_instance_list'] ?? []) as readonly string[];
      const without = before.filter((each) => each !== hostname);
      const isThere = without.length < before.length;
      return {
        policy_instance_list:
          isAttached && isThere ? before : isAttached ? [...without, hostname] : without,
      };
    };
    const actor = actorOf(call);
    await parts.editor.change(groups, group, change, actor);
    const through = { of: instances.path, through: 'instances' };
    await parts.editor.join(groups, group, through, Number(node['id']), isAttached, actor);
    call.reply.code(204);
    return undefined;
  };
  const { POST } = list.operations;
  return POST === undefined
    ? list
    : { ...list, operations: { ...list.operations, POST: { ...POST, handle: attach } } };
}

function checkMember({ name, is_container_group: isContainer }: Row, node: Row): void {
  const { hostname, node_type: type } = node;
  const refuse = (why: string): never => {
    throw ApiError.badRequest(why);
  };
  if (isContainer === true) refuse('A container group has no instances.');
  if (type === 'hop') refuse(`${String(hostname)} is a hop node, which is in no instance group.`);
  if (type === 'control' && name !== 'controlplane')
    refuse(`${String(hostname)} is a control node, which is in the group controlplane alone.`);
  if (type === 'execution' && name === 'controlplane')
    refuse(`${String(hostname)} is an execution node, which is not in the group controlplane.`);
}
