import type { HostOutcome } from '../../ports/owned-jobs.js';

const counts = [
  'ok',
  'changed',
  'dark',
  'failures',
  'skipped',
  'processed',
  'ignored',
  'rescued',
] as const;

/** What became of each host, out of the data of an event `playbook_on_stats`. What is no count there is 0. */
export function hostOutcomes(
  stats: Readonly<Record<string, unknown>>,
  hostIds: ReadonlyMap<string, number>,
): readonly HostOutcome[] {
  const byCount = new Map(counts.map((name) => [name, countsOf(stats[name])]));
  const hosts = new Set([...byCount.values()].flatMap((all) => [...all.keys()]));
  return [...hosts].map((host_name) => {
    const of = (name: (typeof counts)[number]): number => byCount.get(name)?.get(host_name) ?? 0;
    return {
      host_name,
      host_id: hostIds.get(host_name) ?? null,
      ok: of('ok'),
      changed: of('changed'),
      dark: of('dark'),
      failures: of('failures'),
      skipped: of('skipped'),
      processed: of('processed'),
      ignored: of('ignored'),
      rescued: of('rescued'),
    };
  });
}

/** How many hosts came to which end: of each the worst one. */
export function statusCounts(outcomes: readonly HostOutcome[]): Readonly<Record<string, number>> {
  const all: Record<string, number> = {};
  for (const outcome of outcomes) {
    const worst = (['dark', 'failures', 'changed', 'ok', 'skipped'] as const).find(
      (name) => outcome[name] > 0,
    );
    if (worst !== undefined) all[worst] = (all[worst] ?? 0) + 1;
  }
  return all;
}

function countsOf(value: unknown): ReadonlyMap<string, number> {
  if (typeof value !== 'object' || value === null) return new Map();
  return new Map(
    Object.entries(value).flatMap(([host, count]: [string, unknown]) =>
      typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? [[host, count]] : [],
    ),
  );
}
