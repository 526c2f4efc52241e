import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { collectDefaultMetrics, Registry } from 'prom-client';

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly targets?: readonly { readonly expr: string }[];
}

const root = new URL('../../../', import.meta.url);
const readDashboard = async (): Promise<{ panels: Panel[]; text: string }> => {
  const text = await readFile(new URL('apps/receptor/grafana/receptor.json', root), 'utf8');
  return { ...(JSON.parse(text) as { panels: Panel[] }), text };
};
const metricsIn = (text: string): Set<string> =>
  new Set(text.match(/\b(?:receptor|process|nodejs)_\w+/g));

it('shows only metrics that there are, and all of a node', async () => {
  const { panels, text } = await readDashboard();
  const page = await readFile(new URL('docs/operations.md', root), 'utf8');
  const own = [...page.matchAll(/^\| `(receptor_\w+)` +\| \w+/gm)].map(([, name = '']) => name);
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const ofProcess = new Set(registry.getMetricsAsArray().map(({ name }) => name));
  const shown = metricsIn(
    panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)).join('\n'),
  );
  for (const name of shown) {
    expect(own.includes(name) || ofProcess.has(name), name).toBe(true);
  }
  expect([...shown].filter((name) => name.startsWith('receptor_')).sort()).toEqual(own.sort());
  expect(text).toContain('label_values(receptor_info, instance)');
});

it('has something to show in each panel, of the data source that is chosen', async () => {
  const { panels } = await readDashboard();
  for (const panel of panels) {
    expect(panel.title).not.toBe('');
    if (panel.type === 'row') continue;
    expect(panel.targets?.length, panel.title).toBeGreaterThan(0);
    expect(JSON.stringify(panel), panel.title).toContain('${datasource}');
  }
});
