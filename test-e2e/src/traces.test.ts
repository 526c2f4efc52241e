import { appendFileSync, writeFileSync } from 'node:fs';
import { goReceptor, freePort, skipsWithoutGo } from '@receptorjs/tooling-test-peers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Mesh, until, type Daemon } from './mesh.js';
import { TraceCollector, type Span } from './trace-collector.js';

const withoutGo = skipsWithoutGo();

let mesh: Mesh;
let collector: TraceCollector;
let endpoint: string;
beforeEach(async () => {
  mesh = new Mesh();
  collector = new TraceCollector();
  endpoint = await collector.listen();
});
afterEach(async () => {
  await mesh.end();
  await collector.close();
});

const HEADER_SECRET = 'a-token-of-the-collector';

const tracing = (at: string = endpoint) => ({
  tracing: { endpoint: at, headers: { authorization: `Bearer ${HEADER_SECRET}` } },
});
const cat = { 'work-command': { worktype: 'cat', command: 'cat', allowruntimeparams: true } };
/** Waits until a file is there, then says how its submission ended. */
const wait = (folder: string) => ({
  'work-command': {
    worktype: 'wait',
    command: '/bin/sh',
    params: `-c "while ! test -e ${folder}/go; do sleep 0.05; done; echo done; exit 3"`,
  },
});

/** near - hop - far, the two at the ends and the one between with tracing. */
async function chain(
  farActions: readonly object[],
  far: { command?: string; traced?: boolean } = {},
): Promise<{ near: Daemon; far: Daemon }> {
  const port = await freePort();
  const peer = { 'tcp-peer': { address: `127.0.0.1:${port}` } };
  mesh.start('hop', [{ 'tcp-listener': { bindaddr: '127.0.0.1', port } }, tracing()]);
  const { command, traced = true } = far;
  const actions = [peer, ...farActions, ...(traced ? [tracing()] : [])];
  const farDaemon = mesh.start('far', actions, command === undefined ? {} : { command });
  const near = mesh.start('near', [peer, tracing()]);
  await near.routeTo('far');
  await farDaemon.routeTo('near');
  return { near, far: farDaemon };
}

/** `node: name` to that of the parent. */
function parents(spans: readonly Span[]): Record<string, string | undefined> {
  const nameOf = new Map(spans.map(({ spanId, node, name }) => [spanId, `${node}: ${name}`]));
  return Object.fromEntries(
    spans.map(({ spanId, parentSpanId = '' }) => [
      nameOf.get(spanId) ?? '',
      nameOf.get(parentSpanId) ?? (parentSpanId || undefined),
    ]),
  );
}

const named = (spans: readonly Span[], node: string, name: string): Span => {
  const found = spans.find((span) => span.node === node && span.name === name);
  if (!found) throw new Error(`no span ${name} of ${node} in ${JSON.stringify(spans)}`);
  return found;
};

const NEAR_AND_FAR = {
  'near: store stdin': 'near: unit cat',
  'near: unit on far': 'near: unit cat',
  'near: wait for node': 'near: unit on far',
  'near: send stdin': 'near: unit on far',
  'near: receive results': 'near: unit on far',
  'far: unit cat': 'near: unit on far',
  'far: store stdin': 'far: unit cat',
  'far: start': 'far: unit cat',
};

const SECRET = 'a-param-that-is-not-for-the-collector';
const OUTPUT = 'output-that-is-not-for-the-collector';

it('a unit over three nodes is one trace from submit to the last byte', async () => {
  const { near, far } = await chain([cat]);
  const params = ['--param', `params=-u # ${SECRET}`];
  const done = await near.ctl(
    'work',
    'submit',
    'cat',
    '--node',
    'far',
    '-l',
    OUTPUT,
    '-f',
    ...params,
  );
  expect(done.stdout).toContain(OUTPUT);
  const spans = await collector.units('near', 'far');
  if (process.env['RECEPTORJS_SHOW_TRACE']) console.log(JSON.stringify(spans, undefined, 1));
  const found = parents(spans);
  delete found['far: run'];
  expect(found).toEqual({ ...NEAR_AND_FAR, 'near: unit cat': undefined });
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
  const [root, there] = [named(spans, 'near', 'unit cat'), named(spans, 'far', 'unit cat')];
  expect(root.attributes).toMatchObject({
    'receptor.node.id': 'near',
    'receptor.remote.node.id': 'far',
    'receptor.remote.unit.id': there.attributes['receptor.unit.id'],
    'receptor.remote.via': 'hop',
    'receptor.unit.state': 'Succeeded',
    'receptor.stdout.bytes': OUTPUT.length + 1,
    'process.exit.code': 0,
  });
  expect(BigInt(root.startTimeUnixNano)).toBeLessThanOrEqual(BigInt(there.startTimeUnixNano));
  expect(BigInt(root.endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(there.endTimeUnixNano));
  // what is a secret, or no business of the collector
  expect(collector.requests[0]).toMatchObject({
    path: '/v1/traces',
    headers: { authorization: `Bearer ${HEADER_SECRET}` },
  });
  const sent = collector.requests.map(({ body }) => body).join('');
  expect(sent).not.toContain(SECRET);
  expect(sent).not.toContain(OUTPUT);
  for (const daemon of [near, far]) expect(daemon.logText()).not.toContain(HEADER_SECRET);
  // the context is in no status
  for (const daemon of [near, far]) {
    expect((await daemon.ctl('work', 'list')).stdout).not.toContain('traceparent');
  }
});

it('a trace outlasts the daemons, killed in the middle', async () => {
  const { near, far } = await chain([wait(mesh.folder)]);
  const submitted = await near.ctl('work', 'submit', 'wait', '--node', 'far', '-n');
  const id = /Unit ID: (\S+)/.exec(submitted.stdout)?.[1] ?? '';
  await until('the unit to run', async () =>
    (await near.ctl('work', 'list')).stdout.includes('Running: PID') ? true : undefined,
  );
  for (const daemon of [near, far]) await daemon.stop('SIGKILL');
  for (const daemon of [far, near]) daemon.start();
  await near.routeTo('far');
  expect(collector.spans).toEqual([]);
  const go = await near.ctl('work', 'list', '--unit_id', id);
  expect(go.stdout).toContain(id);
  writeFileSync(`${mesh.folder}/go`, '');
  const spans = await collector.units('near', 'far');
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
  expect(parents(spans)['far: unit wait']).toBe('near: unit on far');
  expect(parents(spans)['far: run']).toBe('far: unit wait');
  for (const node of ['near', 'far']) {
    expect(named(spans, node, 'unit wait')).toMatchObject({
      status: { code: 2 },
      attributes: { 'process.exit.code': 3, 'error.type': 'exit-status' },
    });
  }
});

it('goes on with the trace of whoever submits, and takes no other text for one', async () => {
  const port = await freePort();
  const near = mesh.start('near', [
    { 'tcp-listener': { bindaddr: '127.0.0.1', port } },
    cat,
    tracing(),
  ]);
  const submit = (traceparent: string) =>
    near.ctl('work', 'submit', 'cat', '-l', 'x', '-f', '--param', `traceparent=${traceparent}`);
  (await near.control()).close();
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  await submit(`00-${traceId}-b7ad6b7169203331-01`);
  const [first] = (await collector.units('near')).filter(({ name }) => name === 'unit cat');
  expect(first).toMatchObject({ traceId, parentSpanId: 'b7ad6b7169203331' });
  collector.spans.length = 0;
  await submit(`00-${traceId}-b7ad6b7169203331-00`);
  await submit(`00-${traceId.toUpperCase()}-b7ad6b7169203331-01`);
  const roots = (await collector.units('near')).filter(({ name }) => name === 'unit cat');
  expect(roots).toHaveLength(1);
  expect(roots[0]?.traceId).not.toBe(traceId);
  expect(roots[0]?.parentSpanId ?? '').toBe('');
});

it('without tracing nothing is sent along', async () => {
  const port = await freePort();
  mesh.start('far', [{ 'tcp-listener': { bindaddr: '127.0.0.1', port } }, cat, tracing()]);
  const near = mesh.start('near', [{ 'tcp-peer': { address: `127.0.0.1:${port}` } }]);
  await near.routeTo('far');
  await near.ctl('work', 'submit', 'cat', '--node', 'far', '-l', 'x', '-f');
  const spans = await collector.units('far');
  expect(named(spans, 'far', 'unit cat').parentSpanId ?? '').toBe('');
});

it('commands do not inherit what authorizes at the collector, and a later reload can still use it', async () => {
  const show = { 'work-command': { worktype: 'show', command: '/usr/bin/env' } };
  const environment = {
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=${HEADER_SECRET}`,
  };
  const backend = { 'tcp-listener': { bindaddr: '127.0.0.1', port: await freePort() } };
  const near = mesh.start('near', [backend, show], { environment });
  (await near.control()).close();
  const shown = async (): Promise<string> =>
    (await near.ctl('work', 'submit', 'show', '-l', 'x', '-f')).stdout;
  const before = await shown();
  expect(before).toContain(endpoint);
  expect(before).not.toContain('OTEL_EXPORTER_OTLP_HEADERS');
  appendFileSync(near.config, '- tracing: {}\n');
  expect((await near.ctl('reload')).code).toBe(0);
  expect(await shown()).not.toContain(HEADER_SECRET);
  await collector.units('near');
  expect(collector.requests[0]?.headers.authorization).toBe(HEADER_SECRET);
});

it('a collector that is not there delays nothing, and is said once', async () => {
  const nobody = `http://127.0.0.1:${await freePort()}`;
  const port = await freePort();
  const near = mesh.start('near', [
    { 'tcp-listener': { bindaddr: '127.0.0.1', port } },
    cat,
    tracing(nobody),
  ]);
  (await near.control()).close();
  for (let unit = 0; unit < 5; unit++) {
    const done = await near.ctl('work', 'submit', 'cat', '-l', 'x', '-f');
    expect(done.code).toBe(0);
  }
  await near.logs(/WARNING .* Traces: \d+ spans could not be sent: ECONNREFUSED/);
  const begun = performance.now();
  expect(await near.stop()).toBe(0);
  expect(performance.now() - begun).toBeLessThan(10_000);
  expect(near.logText().match(/Traces: \d+ spans/g)).toHaveLength(1);
});

describe.skipIf(withoutGo)('with the Go receptor', () => {
  it('runs units of a traced node as ever', async () => {
    const { near } = await chain([cat], { command: goReceptor.path, traced: false });
    const done = await near.ctl('work', 'submit', 'cat', '--node', 'far', '-l', 'hello', '-f');
    expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining('hello') as string });
    const spans = await collector.units('near');
    expect(named(spans, 'near', 'unit cat').attributes['receptor.unit.state']).toBe('Succeeded');
  });
});
