import type { Row } from '@receptorjs/controller-core';
import { Type } from '@sinclair/typebox';
import { checkValidation } from '../errors/validation-errors.js';
import { may } from '../permissions/permission-table.js';
import { errorSchema } from '../resources/body-schema.js';
import { API } from '../resources/presenter.js';
import type { Resource } from '../resources/resource.js';
import { textOf } from '../resources/values.js';
import { variablesOf } from '../resources/variables.js';
import { actorOf, type ApiParts } from './api-parts.js';
import type { Endpoint, Operation } from './endpoint.js';
import { visibleRow } from './resource-endpoints.js';

const variables = Type.Record(Type.String(), Type.Unknown());

/** What content has below it besides lists: its variables as an object. */
export function contentEndpoints(parts: ApiParts): Endpoint[] {
  const of = (path: string): Resource => {
    const found = parts.resources.get(path);
    if (found === undefined) throw new Error(`there is no resource ${path}`);
    return found;
  };
  return ['inventories', 'hosts', 'groups'].map((path) => variableData(of(path), parts));
}

function variableData(resource: Resource, parts: ApiParts): Endpoint {
  const { path, label } = resource;
  const operation = (summary: string, isWhole: boolean): Operation => ({
    summary,
    isAllowed: (user) => may(user, path, 'change'),
    schema: { body: variables, response: { 200: variables, 400: errorSchema, 404: errorSchema } },
    handle: async (call) => {
      checkValidation(call.request, {});
      const row = await visibleRow(resource, parts, call);
      const given = call.request.body as Record<string, unknown>;
      let all: Record<string, unknown> = given;
      const change = (existing: Row): Row => {
        if (!isWhole) all = { ...(variablesIn(existing) ?? {}), ...given };
        return { variables: JSON.stringify(all) };
      };
      await parts.editor.change(resource, row, change, actorOf(call));
      return all;
    },
  });
  return {
    path: `${API}/${path}/:id/variable_data/`,
    name: `${label} Variable Data`,
    tag: path,
    operations: {
      GET: {
        summary: `Variables of one of ${path}`,
        schema: { response: { 200: variables, 404: errorSchema } },
        handle: async (call) => variablesIn(await visibleRow(resource, parts, call)) ?? {},
      },
      PUT: operation('Replace the variables', true),
      PATCH: operation('Change some variables', false),
    },
  };
}

const variablesIn = (row: Row) => variablesOf(textOf(row['variables']));
