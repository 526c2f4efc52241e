import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@receptorjs/tooling-test-peers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Mesh, root } from './mesh.js';

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
if (!hasPromtool) {
  console.warn(
    'skipped: promtool check metrics, because promtool (Debian: prometheus) is not here',
  );
}

let mesh: Mesh;
beforeEach(() => {
  mesh = new Mesh();
});
afterEach(() => mesh.end());

/** Two linked daemons, a unit that has run over the link, and what the far one says of itself. */
async function metricsOfFar(): Promise<{ base: string; text: string }> {
  const [link, metrics] = [await freePort(), await freePort()];
  const far = mesh.start('far', [
    { 'tcp-listener': { bindaddr: '127.0.0.1', port: link } },
    { 'work-command': { worktype: 'cat', command: 'cat' } },
    { 'metrics-listener': { port: metrics } },
  ]);
  const near = mesh.start('near', [{ 'tcp-peer': { address: `127.0.0.1:${link}` } }]);
  await near.routeTo('far');
  const done = await near.ctl('work', 'submit', 'cat', '--node', 'far', '-l', 'hello', '-f');
  expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining('hello') as string });
  await far.logs('Initialization complete');
  const base = `http://127.0.0.1:${metrics}`;
  return { base, text: await (await fetch(`${base}/metrics`)).text() };
}

it('a daemon tells Prometheus of its links and units, and whether it is ready', async () => {
  const { base, text } = await metricsOfFar();
  expect(text).toMatch(/^receptor_info\{node_id="far",version="[\d.]+"\} 1$/m);
  expect(text).toMatch(/^receptor_link_up\{peer="near",link="tcp [^"]+"\} 1$/m);
  expect(text).toMatch(/^receptor_link_received_bytes_total\{peer="near",[^}]+\} [1-9]/m);
  expect(text).toMatch(/^receptor_work_units\{work_type="cat",state="Succeeded"\} 1$/m);
  expect(text).toMatch(/^receptor_disk_free_bytes [1-9]/m);
  expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds /m);
  expect((await fetch(`${base}/readyz`)).status).toBe(200);
});

it.skipIf(!hasPromtool)('promtool can read what the dashboard asks for', () => {
  const file = join(root, 'apps', 'receptor', 'grafana', 'receptor.json');
  const { panels } = JSON.parse(readFileSync(file, 'utf8')) as {
    panels: { targets?: { expr: string }[] }[];
  };
  const rules = panels
    .flatMap(({ targets = [] }) => targets)
    .map(({ expr }, at) => ({
      record: `panel:${at}`,
      // what Grafana puts in their place
      expr: expr.replaceAll('$__rate_interval', '1m').replaceAll('$instance', '.*'),
    }));
  const path = join(mesh.folder, 'rules.yml');
  writeFileSync(path, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
  const said = execFileSync('promtool', ['check', 'rules', path], { encoding: 'utf8' });
  expect(said).toContain(`SUCCESS: ${rules.length} rules found`);
});

it.skipIf(!hasPromtool)('promtool finds nothing wrong with the metrics', async () => {
  const { text } = await metricsOfFar();
  const own = text.replaceAll(/^(?:# \w+ )?(?:nodejs|process)_.*\n/gm, '');
  expect(execFileSync('promtool', ['check', 'metrics'], { input: own, encoding: 'utf8' })).toBe('');
});
