import { Type } from '@sinclair/typebox';
import type { ApiParts } from '../endpoints/api-parts.js';
import type { Call, Endpoint } from '../endpoints/endpoint.js';
import { visibleRow } from '../endpoints/resource-endpoints.js';
import { ApiError } from '../errors/api-error.js';
import { may } from '../permissions/permission-table.js';
import { errorSchema } from '../resources/body-schema.js';
import { API } from '../resources/presenter.js';
import { messagesOf } from './change-messages.js';
import { EventReader, type EventBatch } from './event-reader.js';
import { eventSources } from './event-sources.js';
import type { Live } from './live.js';
import {
  answerStream,
  sentEvent,
  type StreamBatch,
  type StreamSource,
} from './server-sent-events.js';

const EVENTS_AT_ONCE = 100;
const CHANGES_AT_ONCE = 100;
const MAX_COUNTER = Number.MAX_SAFE_INTEGER;

const schema = {
  headers: Type.Object({
    'last-event-id': Type.Optional(
      Type.String({ description: 'the id of the last event that has come; the next one follows' }),
    ),
  }),
  querystring: Type.Object({
    after: Type.Optional(
      Type.String({ description: 'as the header, for who can not set it; the header counts' }),
    ),
  }),
  response: {
    200: {
      description: 'a stream of server-sent events',
      content: { 'text/event-stream': { schema: { type: 'string' } } },
    },
    204: { type: 'null', description: 'nothing comes after that event any more' },
    503: errorSchema,
  },
};

/** Streams of server-sent events: of the events of each run, and of what becomes of all. */
export const streamEndpoints = (live: Live, parts: ApiParts): Endpoint[] => [
  ...Object.values(eventSources).map((source) => eventStream(source, live, parts)),
  changeStream(live),
];

/** What a client has had last; nothing where it says nothing. */
function lastIdOf({ request, query }: Call): string | undefined {
  const header = request.headers['last-event-id'];
  return typeof header === 'string' && header !== '' ? header : (query.get('after') ?? undefined);
}

function eventStream(source: (typeof eventSources)[string], live: Live, parts: ApiParts): Endpoint {
  const { runs, events, list } = source;
  const [resource, of] = [parts.resources.get(runs), parts.resources.get(events)];
  if (!resource || !of) throw new Error(`${runs} has no events`);
  return {
    path: `${API}/${runs}/:id/${list}/stream/`,
    name: `${of.label} Stream`,
    tag: runs,
    operations: {
      GET: {
        summary: `Follow the events of one of ${runs}, until all have come`,
        isAllowed: (user) => may(user, events, 'read'),
        schema,
        handle: async (call) => {
          const jobId = Number((await visibleRow(resource, parts, call))['id']);
          const lastId = lastIdOf(call);
          const after = Number(lastId ?? 0);
          if (!/^\d*$/.test(lastId ?? '') || after > MAX_COUNTER)
            throw ApiError.badRequest('Last-Event-ID: the counter of an event is allowed');
          const reader = new EventReader(parts.context.store, source, jobId, after);
          const first = await reader.read(EVENTS_AT_ONCE);
          if (lastId !== undefined && first.isComplete && first.rows.length === 0) {
            call.reply.code(204);
            return undefined;
          }
          let status: unknown;
          let found: EventBatch | undefined = first;
          const stream: StreamSource = {
            subscribe: (event) => live.subscriptions.toJob(jobId, event),
            isAllowed: (user) => may(user, events, 'read'),
            async poll(user): Promise<StreamBatch> {
              const { rows, isComplete, isFull, job } =
                found ?? (await reader.read(EVENTS_AT_ONCE));
              found = undefined;
              const answers = await parts.presenter.list(of, rows, user);
              const sent = answers.map((event) =>
                sentEvent(of.type, event, Number(event['counter'])),
              );
              if (job !== undefined && job['status'] !== status) {
                status = job['status'];
                sent.unshift(sentEvent('status', { status }));
              }
              if (isComplete)
                sent.push(sentEvent('end', { status, final_counter: reader.position }));
              return {
                text: sent.join(''),
                next: isComplete ? 'end' : isFull ? 'more' : 'idle',
              };
            },
          };
          return answerStream(live, call, stream);
        },
      },
    },
  };
}

function changeStream(live: Live): Endpoint {
  const { changes } = live.context;
  const isAllowed: StreamSource['isAllowed'] = (user) => may(user, 'unified_jobs', 'read');
  return {
    path: `${API}/unified_jobs/stream/`,
    name: 'Unified Job Stream',
    tag: 'unified_jobs',
    operations: {
      GET: {
        summary: 'Follow what becomes of all that runs',
        isAllowed,
        schema,
        handle: async (call) => {
          const lastId = lastIdOf(call);
          const isKnown = lastId !== undefined && (await changes.isKnown(lastId));
          let cursor = isKnown ? lastId : await changes.end();
          // what has been missed is not known any more: the lists are to be read anew
          let opening = isKnown
            ? ''
            : sentEvent(lastId === undefined ? 'open' : 'reset', {}, cursor);
          const stream: StreamSource = {
            subscribe: (event) => live.subscriptions.toAll(event),
            isAllowed,
            async poll(): Promise<StreamBatch> {
              const page = await changes.after(cursor, CHANGES_AT_ONCE);
              const sent = page.changes.flatMap((change) =>
                messagesOf(change)
                  .filter(({ group }) => group.startsWith('jobs-'))
                  .map(({ group, message }) =>
                    sentEvent(group.slice('jobs-'.length), message, change.position),
                  ),
              );
              cursor = page.changes.at(-1)?.position ?? cursor;
              const text = opening + sent.join('');
              opening = '';
              const isFull = page.changes.length === CHANGES_AT_ONCE;
              return { text, next: isFull ? 'more' : page.isHeld ? 'held' : 'idle' };
            },
          };
          return answerStream(live, call, stream);
        },
      },
    },
  };
}
