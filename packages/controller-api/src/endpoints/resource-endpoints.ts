import type { Row } from '@receptorjs/controller-core';
import { ApiError } from '../errors/api-error.js';
import { checkValidation } from '../errors/validation-errors.js';
import { may, ownFields } from '../permissions/permission-table.js';
import { isOwn, isVisibleTo } from '../permissions/visible-rows.js';
import { errorSchema, pageSchema, rowSchema, writeSchema } from '../resources/body-schema.js';
import { coerced } from '../resources/coerce.js';
import { fieldsMetadata } from '../resources/field-metadata.js';
import { API } from '../resources/presenter.js';
import type { Resource } from '../resources/resource.js';
import { rowOf } from '../resources/row-lookup.js';
import { actorOf, type ApiParts } from './api-parts.js';
import type { Call, Endpoint, Operation } from './endpoint.js';
import { listParameters } from './list-parameters.js';

const errors = { 400: errorSchema, 401: errorSchema, 403: errorSchema, 404: errorSchema };

/** Where one may see oneself whatever one may do else. */
const isPersonal = ({ path }: Resource): boolean => path === 'users' || path === 'tokens';

/** The addresses of a resource: its list and its rows. */
export function resourceEndpoints(resource: Resource, parts: ApiParts): Endpoint[] {
  return resource.isNested === true
    ? [rowEndpoint(resource, parts)]
    : [listEndpoint(resource, parts), rowEndpoint(resource, parts)];
}

const metadataOf = (resource: Resource) => ({
  types: [resource.type],
  search_fields: resource.search,
  related_search_fields: Object.keys(resource.relations ?? {}).map((name) => `${name}__search`),
  object_roles: [],
  max_page_size: 200,
});

function listEndpoint(resource: Resource, parts: ApiParts): Endpoint {
  const { lister } = parts;
  const { path, label, can } = resource;
  const create =
    can.create && !ownCreation.has(path) ? createOperation(resource, parts) : undefined;
  return {
    path: `${API}/${path}/`,
    name: `${label} List`,
    tag: path,
    actions: {
      GET: fieldsMetadata(resource, 'GET'),
      ...(create ? { POST: fieldsMetadata(resource, 'POST') } : {}),
    },
    metadata: metadataOf(resource),
    operations: {
      GET: {
        summary: `List ${path}`,
        isAllowed: (user) => isPersonal(resource) || may(user, path, 'read'),
        schema: {
          querystring: listParameters,
          response: { 200: pageSchema(rowSchema(resource, true)), ...errors },
        },
        handle: (call) => lister.page(resource, resource.only ? [resource.only] : [], call),
      },
      ...(create ? { POST: create } : {}),
    },
  };
}

/** What is made by endpoints of its own: tokens tell themselves once, commands start. */
const ownCreation: ReadonlySet<string> = new Set(['tokens', 'ad_hoc_commands']);

/** POST to a list. */
export function createOperation(resource: Resource, parts: ApiParts): Operation {
  const { editor, presenter } = parts;
  return {
    summary: `Create one of ${resource.path}`,
    isAllowed: (user) => may(user, resource.path, 'create'),
    schema: {
      body: writeSchema(resource, true),
      response: { 201: rowSchema(resource, false), ...errors },
    },
    readBody: (body) => coerced(resource, body ?? {}),
    handle: async (call) => {
      checkValidation(call.request, resource.fields);
      const row = await editor.create(resource, call.request.body as Row, actorOf(call));
      const answer = await presenter.one(resource, row, call.user);
      call.reply.code(201).header('Location', answer['url']);
      return answer;
    },
  };
}

function rowEndpoint(resource: Resource, parts: ApiParts): Endpoint {
  const { path, label, can } = resource;
  return {
    path: `${API}/${path}/:id/`,
    name: `${label} Detail`,
    tag: path,
    actions: {
      GET: fieldsMetadata(resource, 'GET'),
      ...(can.change ? { PUT: fieldsMetadata(resource, 'PUT') } : {}),
    },
    metadata: metadataOf(resource),
    operations: {
      GET: {
        summary: `Read one of ${path}`,
        schema: { response: { 200: rowSchema(resource, false), ...errors } },
        handle: async (call) => {
          const row = await visibleRow(resource, parts, call);
          return parts.presenter.one(resource, row, call.user);
        },
      },
      ...(can.change
        ? {
            PUT: changeOperation(resource, parts, true),
            PATCH: changeOperation(resource, parts, false),
          }
        : {}),
      ...(can.delete ? { DELETE: deleteOperation(resource, parts) } : {}),
    },
  };
}

/**
 * The row of a call's address.
 *
 * @throws {ApiError} 403, 404
 */
export async function visibleRow(
  resource: Resource,
  { context }: ApiParts,
  { request, user }: Call,
): Promise<Row> {
  const { id = '' } = request.params as { id?: string };
  if (!isPersonal(resource) && !may(user, resource.path, 'read')) throw ApiError.forbidden();
  const row = await rowOf(context.store, resource, id);
  if (!isVisibleTo(user, resource, row)) throw ApiError.notFound();
  return row;
}

function changeOperation(resource: Resource, parts: ApiParts, isWhole: boolean): Operation {
  return {
    summary: isWhole ? `Replace one of ${resource.path}` : `Change one of ${resource.path}`,
    isAllowed: (user) => isPersonal(resource) || may(user, resource.path, 'change'),
    schema: {
      body: writeSchema(resource, isWhole),
      response: { 200: rowSchema(resource, false), ...errors, 409: errorSchema },
    },
    readBody: (body) => coerced(resource, body ?? {}),
    handle: async (call) => {
      const { request, user } = call;
      const row = await visibleRow(resource, parts, call);
      const given = request.body as Row;
      if (!may(user, resource.path, 'change')) {
        const isTheirs = Object.keys(given).every(
          (name) => ownFields.has(name) || given[name] === row[name],
        );
        if (!isOwn(user, resource, row) || !isTheirs) throw ApiError.forbidden();
      }
      checkValidation(request, resource.fields);
      const changed = await parts.editor.change(resource, row, given, actorOf(call));
      await afterChange(resource, row, given, parts);
      return parts.presenter.one(resource, changed, user);
    },
  };
}

/** Whose password changes, or who may not log in any more, has no session any more. */
async function afterChange(
  { path }: Resource,
  row: Row,
  given: Row,
  { context }: ApiParts,
): Promise<void> {
  const isLocked = given['is_active'] === false;
  if (path === 'users' && (isLocked || (given['password'] ?? '') !== ''))
    await context.sessions.removeOfUser(Number(row['id']));
}

function deleteOperation(resource: Resource, parts: ApiParts): Operation {
  return {
    summary: `Delete one of ${resource.path}`,
    isAllowed: (user) => may(user, resource.path, 'delete'),
    schema: {
      response: { 204: { type: 'null' }, ...errors, 409: errorSchema },
    },
    handle: async (call) => {
      const row = await visibleRow(resource, parts, call);
      checkDeletable(resource, row, call);
      // what is kept of a job goes with it
      if (resource.fields['launch_type'] === undefined)
        await parts.editor.remove(resource, row, actorOf(call));
      else
        await parts.context.inTransaction(async ({ store, records }) => {
          if (!(await records.remove(Number(row['id']))))
            throw ApiError.forbidden('Cannot delete running job resource.');
          await parts.editor.noteRemoval(store, resource, row, actorOf(call));
        });
      call.reply.code(204);
      return undefined;
    },
  };
}

function checkDeletable({ path, fields }: Resource, row: Row, { user }: Call): void {
  if (path === 'users' && row['id'] === user.id)
    throw ApiError.forbidden('You can not delete yourself.');
  if (
    fields['launch_type'] &&
    ['new', 'pending', 'waiting', 'running'].includes(String(row['status']))
  )
    throw ApiError.forbidden('Cannot delete running job resource.');
  if (row['managed'] === true) throw ApiError.forbidden('What is managed can not be deleted.');
  if (path === 'instance_groups' && ['controlplane', 'default'].includes(String(row['name'])))
    throw ApiError.forbidden(`${String(row['name'])} can not be deleted.`);
}
