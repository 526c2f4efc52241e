import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { silentLogger } from '@receptorjs/primitives';
import { LostSpans, otlpSink } from './span-exporter.js';
import type { Span } from './span.js';

let server: Server | undefined;
afterEach(() => {
  vi.unstubAllEnvs();
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

const span: Span = {
  name: 'unit cat',
  kind: 'server',
  traceId: 'a'.repeat(32),
  spanId: 'b'.repeat(16),
  parentSpanId: undefined,
  startMs: 1_700_000_000_000.25,
  endMs: 1_700_000_000_001,
  attributes: {},
  failed: false,
};

/** A collector that gives this status, and what it is sent. */
async function collector(status: number): Promise<{ url: string; got: unknown[] }> {
  const got: unknown[] = [];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      got.push(request.url, request.headers['x-key'], JSON.parse(Buffer.concat(chunks).toString()));
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, got };
}

const options = { resource: { 'service.name': 'receptor' }, log: silentLogger };

it('sends what is left when it is closed', async () => {
  const { url, got } = await collector(200);
  const sink = await otlpSink({ ...options, endpoint: `${url}/base/`, headers: { 'x-key': 'k' } });
  sink.add([span]);
  await sink.close(5_000);
  expect(got.slice(0, 2)).toEqual(['/base/v1/traces', 'k']);
  expect(JSON.stringify(got[2])).toContain('"startTimeUnixNano":"1700000000000250000"');
});

it('takes what the environment says where the configuration says nothing', async () => {
  const { url, got } = await collector(200);
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', url);
  vi.stubEnv('OTEL_EXPORTER_OTLP_HEADERS', 'x-key=from-env');
  vi.stubEnv('OTEL_SERVICE_NAME', 'mesh-of-mine');
  const sink = await otlpSink(options);
  sink.add([span]);
  await sink.close(5_000);
  expect(got.slice(0, 2)).toEqual(['/v1/traces', 'from-env']);
  expect(JSON.stringify(got[2])).toContain('mesh-of-mine');
});

it('takes variables that the process is not to have, and leaves none of them behind', async () => {
  const { url, got } = await collector(200);
  vi.stubEnv('OTEL_EXPORTER_OTLP_HEADERS', undefined);
  vi.stubEnv('OTEL_EXPORTER_OTLP_TRACES_HEADERS', 'x-other=before');
  const variables = {
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-key=kept-apart',
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: undefined,
  };
  const sink = await otlpSink({ ...options, variables });
  expect(process.env).not.toHaveProperty('OTEL_EXPORTER_OTLP_HEADERS');
  expect(process.env['OTEL_EXPORTER_OTLP_TRACES_HEADERS']).toBe('x-other=before');
  sink.add([span]);
  await sink.close(5_000);
  expect(got.slice(0, 2)).toEqual(['/v1/traces', 'kept-apart']);
});

it('says that a collector refuses', async () => {
  const { url } = await collector(401);
  const warning = vi.fn();
  const sink = await otlpSink({ ...options, endpoint: url, log: { ...silentLogger, warning } });
  sink.add([span, span]);
  await sink.close(5_000);
  expect(warning.mock.calls).toEqual([
    ['Traces: 2 spans could not be sent: the collector answers 401'],
  ]);
});

it('says that spans can not be written as a request, and sends those that come later', async () => {
  const { url, got } = await collector(200);
  const warning = vi.fn();
  const sink = await otlpSink({ ...options, endpoint: url, log: { ...silentLogger, warning } });
  // as many as go together
  for (let batch = 0; batch < 511; batch++) sink.add([span]);
  sink.add([{ ...span, startMs: NaN }]);
  sink.add([{ ...span, name: 'unit later' }]);
  await sink.close(5_000);
  expect(warning.mock.calls).toEqual([
    [expect.stringMatching(/^Traces: 512 spans could not be sent: ./)],
  ]);
  expect(JSON.stringify(got)).toContain('"unit later"');
});

it('waits for a silent collector no longer than it is told to', async () => {
  server = createServer(() => undefined);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const warning = vi.fn();
  const sink = await otlpSink({ ...options, endpoint, log: { ...silentLogger, warning } });
  sink.add([span]);
  await sink.close(50);
  expect(warning).toHaveBeenCalledWith(
    'Traces: spans of the last units could not be sent: no answer in 50 ms',
  );
});

it('holds no more than its queue', async () => {
  const { url, got } = await collector(200);
  const sink = await otlpSink({ ...options, endpoint: url });
  for (let unit = 0; unit < 10_000; unit++) sink.add([span]);
  await sink.close(5_000);
  const sent = JSON.stringify(got).match(/"name":"unit cat"/g)?.length ?? 0;
  expect(sent).toBeGreaterThanOrEqual(4_096);
  expect(sent).toBeLessThan(10_000);
});

it.each(['ftp://collector', 'no URL', 'secret@host:4318'])(
  'refuses %s and does not show it',
  async (endpoint) => {
    await expect(otlpSink({ ...options, endpoint })).rejects.toMatchObject({
      code: 'bad-endpoint',
      message: 'the endpoint of traces is no http or https URL',
    });
  },
);

it('says once a minute that spans are lost, and how many', () => {
  let now = 0;
  const warning = vi.fn();
  const lost = new LostSpans({ ...silentLogger, warning }, () => now);
  for (const at of [0, 1, 59_999, 60_000, 60_001]) {
    now = at;
    lost.add(2, 'ECONNREFUSED');
  }
  expect(warning.mock.calls).toEqual([
    ['Traces: 2 spans could not be sent: ECONNREFUSED'],
    ['Traces: 6 spans could not be sent: ECONNREFUSED'],
  ]);
});
