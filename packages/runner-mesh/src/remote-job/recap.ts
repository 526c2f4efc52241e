import type { RunStats } from '@receptorjs/runner-core';

/** The recap in the data of an event `playbook_on_stats`; `undefined` when the event came without its data. */
export function recapOf(data: unknown): RunStats | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  const { changed, dark, failures, ignored, ok, processed, rescued, skipped } =
    data as Partial<RunStats>;
  if (!changed || !dark || !failures || !ignored || !ok || !processed || !rescued || !skipped)
    return undefined;
  return { changed, dark, failures, ignored, ok, processed, rescued, skipped };
}
