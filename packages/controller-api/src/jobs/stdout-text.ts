import type { Criterion, ResourceStore, Row } from '@receptorjs/controller-core';
import { textOf } from '../resources/values.js';

const EVENTS_AT_ONCE = 1000;

/** The output of a run, piece by piece, in the order of its lines. */
export async function* stdoutOf(
  store: ResourceStore,
  events: string,
  criterion: Criterion,
): AsyncGenerator<{ text: string; startLine: number; endLine: number }> {
  let last = { startLine: -1, counter: -1 };
  for (;;) {
    const rows: readonly Row[] = await store.list(events, {
      criterion: { kind: 'all', of: [criterion, after(last)] },
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
    last = { startLine: Number(end['start_line']), counter: Number(end['counter']) };
  }
}

/** Events behind another in the order of lines. */
function after({ startLine, counter }: { startLine: number; counter: number }): Criterion {
  const line = { kind: 'field', field: 'start_line', value: startLine } as const;
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
