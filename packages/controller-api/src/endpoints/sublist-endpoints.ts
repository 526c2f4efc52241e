import type { Criterion, Row } from '@receptorjs/controller-core';
import type { TSchema } from '@sinclair/typebox';
import { ApiError } from '../errors/api-error.js';
import { checkValidation, checkValues } from '../errors/validation-errors.js';
import { may } from '../permissions/permission-table.js';
import { equals } from '../query/criteria.js';
import { errorSchema, pageSchema, rowSchema, writeSchema } from '../resources/body-schema.js';
import { coerced } from '../resources/coerce.js';
import { fieldsMetadata } from '../resources/field-metadata.js';
import { API } from '../resources/presenter.js';
import type { Resource, Sublist } from '../resources/resource.js';
import { actorOf, type ApiParts } from './api-parts.js';
import type { Call, Endpoint, Operation } from './endpoint.js';
import { listParameters } from './list-parameters.js';
import { visibleRow } from './resource-endpoints.js';

/** Lists below rows that have routes of their own. */
const ownLists: ReadonlySet<string> = new Set([
  'users/tokens',
  'users/personal_tokens',
  'jobs/job_events',
  'ad_hoc_commands/events',
  'project_updates/events',
  'inventory_updates/events',
]);

/** The lists below the rows of a resource. */
export function sublistEndpoints(resource: Resource, parts: ApiParts): Endpoint[] {
  return Object.entries(resource.lists ?? {})
    .filter(([name]) => !ownLists.has(`${resource.path}/${name}`))
    .map(([name, list]) => sublistEndpoint(resource, name, list, parts));
}

const attachedId = {
  type: 'integer',
  label: 'ID',
  required: false,
  filterable: false,
  help_text: 'Of a row that is to be attached, or detached with disassociate.',
};

/** What rows of a list below a row meet. */
export const within = (resource: Resource, row: Row, { by, through = '' }: Sublist): Criterion =>
  by === undefined
    ? { kind: 'linked', from: resource.path, relation: through, id: Number(row['id']) }
    : equals(by, Number(row['id']));

function sublistEndpoint(
  resource: Resource,
  name: string,
  list: Sublist,
  parts: ApiParts,
): Endpoint {
  const { path, label } = resource;
  const listed = parts.resources.get(list.of);
  if (listed === undefined) throw new Error(`${path}.${name} lists '${list.of}', which is unknown`);
  const isWritable = list.isReadOnly !== true;
  return {
    path: `${API}/${path}/:id/${name}/`,
    name: `${label} ${listed.label} List`,
    tag: path,
    actions: {
      GET: fieldsMetadata(listed, 'GET'),
      ...(isWritable
        ? {
            POST: {
              // what exists is attached by it; clients that copy rows look for it
              ...(list.through === undefined ? {} : { id: attachedId }),
              ...fieldsMetadata(listed, 'POST'),
            },
          }
        : {}),
    },
    operations: {
      GET: {
        summary: `List ${list.of} of one of ${path}`,
        isAllowed: (user) => may(user, list.of, 'read'),
        schema: {
          querystring: listParameters,
          response: { 200: pageSchema(rowSchema(listed, true)), 404: errorSchema },
        },
        handle: async (call) => {
          const row = await visibleRow(resource, parts, call);
          return parts.lister.page(listed, [within(resource, row, list)], call);
        },
      },
      ...(isWritable ? { POST: addOperation(resource, list, listed, parts) } : {}),
    },
  };
}

/** What can be attached is, detached where that is asked for; what is none of the listed yet is made. */
function addOperation(
  resource: Resource,
  list: Sublist,
  listed: Resource,
  parts: ApiParts,
): Operation {
  const schema = writeSchema(listed, true);
  return {
    summary: `Attach, detach or create ${list.of} of one of ${resource.path}`,
    isAllowed: (user) => may(user, resource.path, 'change') || may(user, listed.path, 'create'),
    schema: {
      body: { type: 'object' },
      response: {
        201: rowSchema(listed, false),
        204: { type: 'null' },
        400: errorSchema,
        404: errorSchema,
        409: errorSchema,
      },
    },
    handle: async (call) => {
      checkValidation(call.request, {});
      const row = await visibleRow(resource, parts, call);
      const body = (call.request.body ?? {}) as Readonly<Record<string, unknown>>;
      if (body['id'] !== undefined) return joined(resource, row, list, body, parts, call);
      return created({ resource, row, list, listed, schema, body }, parts, call);
    },
  };
}

async function joined(
  resource: Resource,
  row: Row,
  list: Sublist,
  body: Readonly<Record<string, unknown>>,
  { editor }: ApiParts,
  call: Call,
): Promise<undefined> {
  if (!may(call.user, resource.path, 'change')) throw ApiError.forbidden();
  const id = Number(body['id']);
  if (!Number.isInteger(id) || id < 1 || id > 2_147_483_647)
    throw ApiError.invalid({ id: ['A valid integer is required.'] });
  if (list.through === undefined)
    throw ApiError.badRequest(
      `What is listed here belongs to one ${resource.label} and stays there.`,
    );
  const isAttached = body['disassociate'] !== true && body['disassociate'] !== 'true';
  await editor.join(resource, row, list, id, isAttached, actorOf(call));
  call.reply.code(204);
  return undefined;
}

/** What is to be made in a list below a row. */
interface Creation {
  readonly resource: Resource;
  readonly row: Row;
  readonly list: Sublist;
  readonly listed: Resource;
  readonly schema: TSchema;
  readonly body: Readonly<Record<string, unknown>>;
}

async function created(
  { resource, row, list, listed, schema, body }: Creation,
  { editor, presenter }: ApiParts,
  call: Call,
): Promise<Record<string, unknown>> {
  if (!listed.can.create)
    throw ApiError.invalid({ id: [`"id" is required to attach one of ${listed.path}.`] });
  if (!may(call.user, listed.path, 'create')) throw ApiError.forbidden();
  const taken = Object.fromEntries((list.inherits ?? []).map((name) => [name, row[name]]));
  const own = list.by === undefined ? {} : { [list.by]: row['id'] };
  const given = coerced(listed, { ...body, ...taken, ...own }) as Row;
  checkValues(call.request, schema, listed.fields, given);
  const actor = actorOf(call);
  const made = await editor.create(listed, given, actor);
  if (list.through !== undefined)
    await editor.join(resource, row, list, Number(made['id']), true, actor);
  const answer = await presenter.one(listed, made, call.user);
  call.reply.code(201).header('Location', answer['url']);
  return answer;
}
