import type { Criterion, ResourceStore, Row } from '@receptorjs/controller-core';
import { Readable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import type { ApiParts } from '../endpoints/api-parts.js';
import type { Call } from '../endpoints/endpoint.js';
import { ApiError } from '../errors/api-error.js';
import { allOf } from '../query/criteria.js';
import { htmlPage } from './stdout-html.js';
import { stdoutOf } from './stdout-text.js';

/** Characters of output that are shown; more is downloaded. */
export const MAX_SHOWN = 1_048_576;
const MAX_LINE = 2_147_483_647;
const formats = ['json', 'txt', 'ansi', 'html', 'api', 'txt_download', 'ansi_download'] as const;

/** GET …/stdout/: the output of a run in the format that is asked for. */
export async function stdoutAnswer(
  { context: { store } }: ApiParts,
  { query, reply }: Call,
  events: string,
  criterion: Criterion,
  job: Row,
): Promise<unknown> {
  const format = query.get('format') ?? 'api';
  if (!formats.some((known) => known === format)) throw ApiError.notFound();
  const lines = () => stdoutOf(store, events, criterion);
  if (format.endsWith('_download')) {
    const isPlain = format === 'txt_download';
    const name = `job_${String(job['id'])}.txt`;
    reply
      .type('text/plain; charset=utf-8')
      .header('Content-Disposition', `attachment; filename="${name}"`);
    return Readable.from(textsOf(lines(), isPlain), { objectMode: false });
  }
  if (format === 'json') return ranged(store, events, criterion, query);
  const text = await whole(lines());
  const shown =
    text ??
    `Standard Output too large to display (more than ${MAX_SHOWN} bytes), only download supported.`;
  if (format === 'ansi') return reply.type('text/plain; charset=utf-8').send(shown);
  if (format === 'txt')
    return reply.type('text/plain; charset=utf-8').send(stripVTControlCharacters(shown));
  return reply.type('text/html; charset=utf-8').send(htmlPage(String(job['name']), shown));
}

async function* textsOf(
  lines: ReturnType<typeof stdoutOf>,
  isPlain: boolean,
): AsyncGenerator<string> {
  for await (const { text } of lines) yield isPlain ? stripVTControlCharacters(text) : text;
}

/** Nothing where it is too much to be shown. */
async function whole(lines: ReturnType<typeof stdoutOf>): Promise<string | undefined> {
  let all = '';
  for await (const { text } of lines) {
    all += text;
    if (all.length > MAX_SHOWN) return undefined;
  }
  return all;
}

/** Reads the events that have lines of the range, and one more on each side of it. */
async function ranged(
  store: ResourceStore,
  events: string,
  criterion: Criterion,
  query: URLSearchParams,
): Promise<Record<string, unknown>> {
  const numberOf = (name: string, otherwise: number): number => {
    const given = query.get(name);
    const value = given === null ? otherwise : Number(given);
    if (!Number.isInteger(value) && value !== Infinity)
      throw ApiError.badRequest(`${name}: a whole number is allowed`);
    return Math.min(Math.max(0, value), MAX_LINE);
  };
  const start = numberOf('start_line', 0);
  const end = numberOf('end_line', Infinity);
  const from = (await lastEvent(store, events, allOf([criterion, line('lte', start)])))?.startLine;
  const absolute = (await lastEvent(store, events, criterion))?.endLine ?? 0;
  const wantedEvents = allOf([criterion, line('gte', from ?? 0), line('lt', end)]);
  let content = '';
  let last = start;
  for await (const { text, startLine, endLine } of stdoutOf(store, events, wantedEvents)) {
    if (content.length > MAX_SHOWN) break;
    const all = text.split('\n').slice(0, -1);
    const wanted = all.filter((_, at) => startLine + at >= start && startLine + at < end);
    if (wanted.length === 0) continue;
    content += `${wanted.join('\n')}\n`;
    last = Math.min(endLine, end);
  }
  const isBinary = query.get('content_encoding') === 'base64';
  const plain =
    query.get('content_format') === 'ansi' ? content : stripVTControlCharacters(content);
  return {
    range: { start, end: last, absolute_end: absolute },
    content: isBinary ? Buffer.from(plain).toString('base64') : plain,
  };
}

const line = (lookup: 'lt' | 'lte' | 'gte', value: number): Criterion => ({
  kind: 'field',
  field: 'start_line',
  lookup,
  value,
});

/** The lines of the last event, in the order of lines; nothing where there is none. */
async function lastEvent(
  store: ResourceStore,
  events: string,
  criterion: Criterion,
): Promise<{ startLine: number; endLine: number } | undefined> {
  const order = ['start_line', 'counter'].map((name) => ({ path: [name], isDescending: true }));
  const [row] = await store.list(events, { criterion, order, limit: 1, offset: 0 });
  return row && { startLine: Number(row['start_line']), endLine: Number(row['end_line']) };
}
