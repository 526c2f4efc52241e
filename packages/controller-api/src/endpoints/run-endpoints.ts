import { isActive, type JobState, type Row } from '@receptorjs/controller-core';
import { Type } from '@sinclair/typebox';
import { ApiError } from '../errors/api-error.js';
import { wholeEvents } from '../jobs/whole-events.js';
import { stdoutAnswer } from '../jobs/stdout-answer.js';
import { may } from '../permissions/permission-table.js';
import { errorSchema, pageSchema, rowSchema } from '../resources/body-schema.js';
import { fieldsMetadata } from '../resources/field-metadata.js';
import { API } from '../resources/presenter.js';
import type { Resource, Sublist } from '../resources/resource.js';
import { textOf } from '../resources/values.js';
import { actorOf, type ApiParts } from './api-parts.js';
import type { Endpoint } from './endpoint.js';
import { listParameters } from './list-parameters.js';
import { visibleRow } from './resource-endpoints.js';
import { within } from './sublist-endpoints.js';

const MAX_STDOUT = 1024;
const MAX_EVENTS = 4000;
/** Names of the lists of events, by what runs. */
const eventLists: Readonly<Record<string, string>> = {
  jobs: 'job_events',
  ad_hoc_commands: 'events',
  project_updates: 'events',
  inventory_updates: 'events',
};

/** What everything that runs has below it: its output, its events, and a way to end it. */
export function runEndpoints(parts: ApiParts): Endpoint[] {
  return Object.entries(eventLists).flatMap(([path, name]) => {
    const resource = parts.resources.get(path);
    const list = resource?.lists?.[name];
    const events = list && parts.resources.get(list.of);
    if (!resource || !list || !events) throw new Error(`${path} has no list of events`);
    return [
      eventsEndpoint(resource, name, list, events, parts),
      stdoutEndpoint(resource, list, parts),
      cancelEndpoint(resource, parts),
    ];
  });
}

function eventsEndpoint(
  resource: Resource,
  name: string,
  list: Sublist,
  events: Resource,
  parts: ApiParts,
): Endpoint {
  return {
    path: `${API}/${resource.path}/:id/${name}/`,
    name: `${events.label} List`,
    tag: resource.path,
    actions: { GET: fieldsMetadata(events, 'GET') },
    operations: {
      GET: {
        summary: `Events of one of ${resource.path}`,
        isAllowed: (user) => may(user, events.path, 'read'),
        schema: {
          querystring: listParameters,
          response: { 200: pageSchema(rowSchema(events, true)), 404: errorSchema },
        },
        handle: async (call) => {
          const row = await visibleRow(resource, parts, call);
          call.reply.header('X-UI-Max-Events', String(MAX_EVENTS));
          const isWhole = call.query.has('no_truncate');
          // what is asked for whole comes whole, however much it is: the command line reads one page of a job that has ended
          if (isWhole && isByLine(call.query))
            return wholeEvents(parts, events, within(resource, row, list), call);
          const shortened = (event: Row): Row =>
            isWhole || String(event['event']).startsWith('playbook_on')
              ? event
              : { ...event, stdout: shortText(textOf(event['stdout'])) };
          return parts.lister.page(events, [within(resource, row, list)], call, shortened);
        },
      },
    },
  };
}

/** Whether a query leaves page and order to us, or asks for the order of lines. */
const isByLine = (query: URLSearchParams): boolean =>
  !['page', 'page_size', 'order', 'count_disabled'].some((name) => query.has(name)) &&
  (query.get('order_by') ?? 'start_line') === 'start_line';

const shortText = (text: string): string =>
  text.length > MAX_STDOUT ? `${text.slice(0, MAX_STDOUT)}…` : text;

const stdoutEndpoint = (resource: Resource, list: Sublist, parts: ApiParts): Endpoint => ({
  path: `${API}/${resource.path}/:id/stdout/`,
  name: `${resource.label} Stdout`,
  tag: resource.path,
  operations: {
    GET: {
      summary: `The output of one of ${resource.path}`,
      schema: {
        querystring: Type.Object({
          format: Type.Optional(
            Type.String({ description: 'json, txt, ansi, html, txt_download or ansi_download' }),
          ),
          start_line: Type.Optional(Type.String()),
          end_line: Type.Optional(Type.String()),
          content_encoding: Type.Optional(Type.String({ description: 'base64' })),
        }),
        response: {
          200: {
            description: 'in the form that was asked for',
            content: {
              'text/html': { schema: { type: 'string' } },
              'text/plain': { schema: { type: 'string' } },
              'application/json': { schema: { type: 'object', additionalProperties: true } },
            },
          },
        },
      },
      handle: async (call) => {
        const row = await visibleRow(resource, parts, call);
        return stdoutAnswer(parts, call, list.of, within(resource, row, list), row);
      },
    },
  },
});

const cancelEndpoint = (resource: Resource, parts: ApiParts): Endpoint => ({
  path: `${API}/${resource.path}/:id/cancel/`,
  name: `${resource.label} Cancel`,
  tag: resource.path,
  operations: {
    GET: {
      summary: `Whether one of ${resource.path} can be cancelled`,
      schema: { response: { 200: Type.Object({ can_cancel: Type.Boolean() }), 404: errorSchema } },
      handle: async (call) => {
        const row = await visibleRow(resource, parts, call);
        return { can_cancel: isActive(row['status'] as JobState) };
      },
    },
    POST: {
      summary: `Cancel one of ${resource.path}`,
      isAllowed: (user) => may(user, resource.path, 'cancel'),
      schema: { response: { 202: Type.Object({}), 404: errorSchema, 405: errorSchema } },
      handle: async (call) => {
        const { context, recorder } = parts;
        const row = await visibleRow(resource, parts, call);
        const id = Number(row['id']);
        const refused = ApiError.notAllowed('POST', ['GET', 'HEAD', 'OPTIONS']);
        if (!isActive(row['status'] as JobState)) throw refused;
        await context.inTransaction(async ({ store, queue }) => {
          if ((await queue.cancel(id)) === 'ended') throw refused;
          const changes = { cancel_flag: [false, true] };
          const activity = { operation: 'update', resource, id, changes } as const;
          await recorder.record(store, actorOf(call), activity);
        });
        call.reply.code(202);
        return {};
      },
    },
  },
});
