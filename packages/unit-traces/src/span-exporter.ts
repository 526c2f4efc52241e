import type * as Api from '@opentelemetry/api';
import type { HrTime } from '@opentelemetry/api';
import type * as Otlp from '@opentelemetry/exporter-trace-otlp-http';
import type * as Resources from '@opentelemetry/resources';
import type * as Sdk from '@opentelemetry/sdk-trace-base';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { errorText, type Logger } from '@receptorjs/primitives';
import { TracesError } from './errors.js';
import type { Span } from './span.js';

/** Where spans are sent. */
export interface SpanExporterOptions {
  /**
   * Base URL of a collector that takes OTLP over HTTP; `/v1/traces` is appended, as to `OTEL_EXPORTER_OTLP_ENDPOINT`. Default: what the
   * environment says by that variable or `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, else `http://localhost:4318`.
   */
  readonly endpoint?: string | undefined;
  /** Sent with each request; they are secrets, and in no log. Those of `OTEL_EXPORTER_OTLP_HEADERS` come besides. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Variables of OpenTelemetry besides those of the process, see `TraceUnitsOptions`. */
  readonly variables?: Readonly<Record<string, string | undefined>> | undefined;
  /** Attributes of the resource; `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` come before them. */
  readonly resource: Readonly<Record<string, string>>;
  readonly log: Logger;
}

/** Takes spans and sends them in the background. */
export interface SpanSink {
  add(spans: readonly Span[]): void;
  /** Sends what is left, and waits for that no longer than so many milliseconds. Never rejects. */
  close(limitMs: number): Promise<void>;
}

/** Spans that wait to be sent; more are dropped. */
const MAX_QUEUED = 4_096;
/** Milliseconds until what waits is sent, and for one request with its repeats. */
const SEND_AFTER_MS = 2_000;
const SEND_MS = 10_000;
/** Milliseconds between two lines about spans that are lost. */
const QUIET_MS = 60_000;

/**
 * Loads the libraries of OpenTelemetry and makes what sends spans by OTLP over HTTP, in JSON.
 *
 * @throws {TracesError} `no-library`, `bad-endpoint`
 */
export async function otlpSink(options: SpanExporterOptions): Promise<SpanSink> {
  const { endpoint, headers, log } = options;
  const url = endpoint === undefined ? undefined : tracesUrl(endpoint);
  const { api, sdk, otlp, resources } = await load();
  const given = resources.resourceFromAttributes({ ...options.resource });
  const fromEnvironment = resources.detectResources({ detectors: [resources.envDetector] });
  const resource = given.merge(fromEnvironment);
  const exporter = withVariables(
    options.variables ?? {},
    () =>
      new otlp.OTLPTraceExporter({
        ...(url === undefined ? {} : { url }),
        ...(headers === undefined ? {} : { headers: { ...headers } }),
        timeoutMillis: SEND_MS,
      }),
  );
  const lost = new LostSpans(log);
  const processor = new sdk.BatchSpanProcessor(saying(exporter, lost), {
    maxQueueSize: MAX_QUEUED,
    maxExportBatchSize: MAX_QUEUED / 8,
    scheduledDelayMillis: SEND_AFTER_MS,
    // the exporter gives up first, and says why
    exportTimeoutMillis: 3 * SEND_MS,
  });
  const scope = { name: '@receptorjs/unit-traces' };
  return {
    add: (spans) => {
      for (const span of spans) processor.onEnd(readable(span, { api, resource, scope }));
    },
    close: async (limitMs) => {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(() => {
          lost.say('spans of the last units', `no answer in ${limitMs} ms`);
          resolve();
        }, limitMs);
      });
      await Promise.race([processor.shutdown().catch(() => undefined), late]);
      clearTimeout(timer);
    },
  };
}

/**
 * Makes something that reads the environment of the process, which has these variables meanwhile: the library takes them from nowhere else.
 * Nothing else runs before they are gone again.
 */
function withVariables<T>(
  variables: Readonly<Record<string, string | undefined>>,
  make: () => T,
): T {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  try {
    for (const [name, value] of Object.entries(variables)) setVariable(name, value);
    return make();
  } finally {
    for (const [name, value] of before) setVariable(name, value);
  }
}

function setVariable(name: string, value: string | undefined): void {
  if (value === undefined) Reflect.deleteProperty(process.env, name);
  else process.env[name] = value;
}

/** @throws {TracesError} `bad-endpoint` */
function tracesUrl(endpoint: string): string {
  const isWeb = URL.canParse(endpoint) && /^https?:$/.test(new URL(endpoint).protocol);
  // no endpoint in the text: a URL may hold a password
  if (!isWeb) {
    throw new TracesError('bad-endpoint', 'the endpoint of traces is no http or https URL');
  }
  const url = new URL(endpoint);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/traces`;
  return url.href;
}

interface Libraries {
  readonly api: typeof Api;
  readonly sdk: typeof Sdk;
  readonly otlp: typeof Otlp;
  readonly resources: typeof Resources;
}

async function load(): Promise<Libraries> {
  try {
    const [api, sdk, otlp, resources] = await Promise.all([
      import('@opentelemetry/api'),
      import('@opentelemetry/sdk-trace-base'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
    ]);
    return { api, sdk, otlp, resources };
  } catch (cause) {
    const text =
      'traces need the optional packages @opentelemetry/sdk-trace-base, @opentelemetry/resources and @opentelemetry/exporter-trace-otlp-http';
    throw new TracesError('no-library', `${text}: ${errorText(cause)}`, { cause });
  }
}

/** Says, once in a while, that spans could not be sent. It alone writes its fields. */
export class LostSpans {
  #saidAt = -Infinity;
  #unsaid = 0;

  constructor(
    private readonly log: Logger,
    private readonly now: () => number = () => performance.now(),
  ) {}

  add(count: number, why: string): void {
    this.#unsaid += count;
    if (this.now() < this.#saidAt + QUIET_MS) return;
    this.#saidAt = this.now();
    this.say(`${this.#unsaid} spans`, why);
    this.#unsaid = 0;
  }

  say(what: string, why: string): void {
    this.log.warning(`Traces: ${what} could not be sent: ${why}`);
  }
}

/** How an export has ended. */
interface Outcome {
  readonly code: number;
  readonly error?: Error;
}

/** An exporter whose failures are said here and nowhere else. */
function saying(exporter: SpanExporter, lost: LostSpans): SpanExporter {
  return {
    export: (spans, done: (result: Outcome) => void) => {
      const end = (result: Outcome): void => {
        if (result.code !== SUCCESS) lost.add(spans.length, whyOf(result.error));
        done(result);
      };
      try {
        exporter.export(spans, end);
      } catch (error) {
        // what can't be written as a request
        end({ code: FAILURE, error: error instanceof Error ? error : new Error(errorText(error)) });
      }
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  };
}

/** An error's code or HTTP status: its text may hold what a collector has said. */
function whyOf(error: unknown): string {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (typeof code === 'number') return `the collector answers ${code}`;
  if (typeof code === 'string') return code;
  return typeof message === 'string' ? message.slice(0, 200) : 'no reason given';
}

/** The codes of exports that have succeeded and failed. */
const SUCCESS = 0;
const FAILURE = 1;

function readable(
  span: Span,
  {
    api,
    resource,
    scope,
  }: { api: typeof Api } & Pick<ReadableSpan, 'resource'> & {
      scope: ReadableSpan['instrumentationScope'];
    },
): ReadableSpan {
  const { SpanKind, SpanStatusCode, TraceFlags } = api;
  const kinds = {
    internal: SpanKind.INTERNAL,
    server: SpanKind.SERVER,
    client: SpanKind.CLIENT,
  };
  const { traceId, parentSpanId } = span;
  const contextOf = (spanId: string) => ({ traceId, spanId, traceFlags: TraceFlags.SAMPLED });
  return {
    name: span.name,
    kind: kinds[span.kind],
    spanContext: () => contextOf(span.spanId),
    ...(parentSpanId === undefined ? {} : { parentSpanContext: contextOf(parentSpanId) }),
    startTime: hrTime(span.startMs),
    endTime: hrTime(span.endMs),
    duration: hrTime(span.endMs - span.startMs),
    status: { code: span.failed ? SpanStatusCode.ERROR : SpanStatusCode.UNSET },
    attributes: span.attributes,
    links: [],
    events: [],
    ended: true,
    resource,
    instrumentationScope: scope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

/** Seconds and nanoseconds. */
function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1_000);
  return [seconds, Math.round((ms - seconds * 1_000) * 1_000) * 1_000];
}
