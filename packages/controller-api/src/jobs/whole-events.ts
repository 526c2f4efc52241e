import type { Criterion, Row } from '@receptorjs/controller-core';
import { Readable } from 'node:stream';
import type { ApiParts } from '../endpoints/api-parts.js';
import type { Call } from '../endpoints/endpoint.js';
import { visibleTo } from '../permissions/visible-rows.js';
import { allOf } from '../query/criteria.js';
import { listQuery } from '../query/list-query.js';
import type { Resource } from '../resources/resource.js';

const EVENTS_AT_ONCE = 500;

/**
 * All events that a query asks for as one page, in the order of their lines, written while they are read: a page of the database at a time is what it takes.
 *
 * @throws {ApiError} 400 for a filter
 */
export async function wholeEvents(
  parts: ApiParts,
  events: Resource,
  within: Criterion,
  call: Call,
): Promise<unknown> {
  const { query, user, reply } = call;
  const { criterion } = listQuery(query, events, parts.resources);
  const wanted = allOf([criterion, ...visibleTo(user, events), within]);
  const count = await storeOf(parts.context).count(events.path, wanted);
  reply.type('application/json; charset=utf-8');
  return Readable.from(pageOf(parts, events, wanted, count, call), { objectMode: false });
}

const storeOf = ({ store, reads = store }: ApiParts['context']) => reads;

async function* pageOf(
  { context, presenter }: ApiParts,
  events: Resource,
  wanted: Criterion,
  count: number,
  { user }: Call,
): AsyncGenerator<string> {
  yield `{"count":${count},"next":null,"previous":null,"results":[`;
  let last: Row | undefined;
  for (let told = 0; told < count;) {
    const criterion = last === undefined ? wanted : allOf([wanted, behindLine(last)]);
    const rows = await storeOf(context).list(events.path, {
      criterion,
      order: ['start_line', 'counter'].map((name) => ({ path: [name], isDescending: false })),
      // what has come since it was counted is for the next time
      limit: Math.min(EVENTS_AT_ONCE, count - told),
      offset: 0,
    });
    if (rows.length === 0) break;
    const answers = await presenter.list(events, rows, user);
    yield (told === 0 ? '' : ',') + answers.map((answer) => JSON.stringify(answer)).join(',');
    told += rows.length;
    last = rows.at(-1);
  }
  yield ']}';
}

/** Events behind another in the order of lines. */
export function behindLine(event: Row): Criterion {
  const line = { kind: 'field', field: 'start_line', value: Number(event['start_line']) } as const;
  const counter = Number(event['counter']);
  return {
    kind: 'any',
    of: [
      { ...line, lookup: 'gt' },
      {
        kind: 'all',
        of: [
          { ...line, lookup: 'exact' },
          { kind: 'field', field: 'counter', lookup: 'gt', value: counter },
        ],
      },
    ],
  };
}
