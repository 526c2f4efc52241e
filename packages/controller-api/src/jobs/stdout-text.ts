import type { Criterion, ResourceStore, Row } from '@receptorjs/controller-core';
import { allOf } from '../query/criteria.js';
import { textOf } from '../resources/values.js';

import { behindLine } from './whole-events.js';

const EVENTS_AT_ONCE = 1000;

/** The output of a run, piece by piece, in the order of its lines. */
export async function* stdoutOf(
  store: ResourceStore,
  events: string,
  criterion: Criterion,
): AsyncGenerator<{ text: string; startLine: number; endLine: number }> {
  let last: Row | undefined;
  for (;;) {
    const rows: readonly Row[] = await store.list(events, {
      criterion: last === undefined ? criterion : allOf([criterion, behindLine(last)]),
      order: ['start_line', 'counter'].map((name) => ({ path: [name], isDescending: false })),
      limit: EVENTS_AT_ONCE,
      offset: 0,
    });
    for (const row of rows) {
      const stdout = textOf(row['stdout']);
      if (stdout === '') continue;
      const text = `${stdout.replaceAll('\r\n', '\n')}\n`;
      yield { text, startLine: Number(row['start_line']), endLine: Number(row['end_line']) };
    }
    const end = rows.at(-1);
    if (end === undefined || rows.length < EVENTS_AT_ONCE) return;
    last = end;
  }
}
