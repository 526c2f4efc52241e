import type { ResourceStore, RowQuery } from '@receptorjs/controller-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ApiParts } from '../endpoints/api-parts.js';
import type { Call } from '../endpoints/endpoint.js';
import { startRun } from '../live/test-runs.js';
import { equals } from '../query/criteria.js';
import { START_MS, startServer, type TestServer } from '../test-server.js';
import { stdoutAnswer } from './stdout-answer.js';

const EVENTS = 3000;
let server: TestServer;
let id: number;
beforeAll(async () => {
  server = await startServer();
  const run = await startRun(server.storage);
  id = run.id;
  const counters = Array.from({ length: EVENTS }, (_, at) => at + 1);
  for (let at = 0; at < EVENTS; at += 500) await run.emit(...counters.slice(at, at + 500));
  await run.end(EVENTS);
}, START_MS);
afterAll(() => server.stop());

/** The answer for a query, and how many events were read for it. */
async function answerTo(query: string): Promise<{ answer: unknown; read: number }> {
  let read = 0;
  const store: Pick<ResourceStore, 'list'> = {
    async list(resource: string, asked: RowQuery) {
      const rows = await server.store.list(resource, asked);
      read += rows.length;
      return rows;
    },
  };
  const parts = { context: { store } } as unknown as ApiParts;
  const call = { query: new URLSearchParams(`format=json&${query}`) } as Call;
  const answer = await stdoutAnswer(parts, call, 'job_events', equals('job', id), { id });
  return { answer, read };
}

it.each([
  ['start_line=2990&end_line=2992', 2990, 2992, ['ok: [web-2991]', 'ok: [web-2992]']],
  ['start_line=0&end_line=1', 0, 1, ['ok: [web-1]']],
  ['start_line=2999', 2999, EVENTS, ['ok: [web-3000]']],
  ['start_line=5000&end_line=1e300', 5000, 5000, []],
])('reads no more than the lines of a range: %s', async (query, start, end, lines) => {
  const { answer, read } = await answerTo(query);
  expect(answer).toEqual({
    range: { start, end, absolute_end: EVENTS },
    content: lines.map((text) => `${text}\n`).join(''),
  });
  expect(read).toBeLessThanOrEqual(lines.length + 4);
});
