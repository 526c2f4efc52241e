import type { JobTracer, UnifiedJob } from '@receptorjs/controller-core';
import { silentLogger } from '@receptorjs/primitives';
import {
  newId,
  otlpSink,
  parseTraceparent,
  traceparentOf,
  type Span,
  type SpanSink,
} from '@receptorjs/unit-traces/internal';

/** Milliseconds for the last spans to be sent. */
const CLOSE_MS = 5_000;

/** What traces of jobs are begun with. */
export interface JobTracesOptions {
  /** Base URL of a collector that takes OTLP over HTTP; default: that of the environment. */
  readonly endpoint?: string | undefined;
  readonly hostname: string;
  readonly version: string;
  readonly onNotice: (sentence: string) => void;
}

/**
 * Sends a trace of each job by OTLP over HTTP: `job` from its launch to its end, in it `wait for a place` and `run`; the spans of its unit, which its node sends, are part of the same
 * trace. Nothing waits for the collector.
 */
export class JobTraces implements JobTracer {
  constructor(private readonly sink: SpanSink) {}

  /** @throws {TracesError} `no-library`, `bad-endpoint` */
  static async open({
    endpoint,
    hostname,
    version,
    onNotice,
  }: JobTracesOptions): Promise<JobTraces> {
    const resource = {
      'service.name': 'controller',
      'service.version': version,
      'service.instance.id': hostname,
    };
    const log = { ...silentLogger, warning: onNotice };
    return new JobTraces(await otlpSink({ endpoint, resource, log }));
  }

  begin(): string {
    return traceparentOf({ traceId: newId(16), spanId: newId(8), sampled: true });
  }

  ended(job: UnifiedJob): void {
    const spans = jobSpans(job);
    if (spans.length > 0) this.sink.add(spans);
  }

  /** Sends what is left. Never rejects. */
  close(): Promise<void> {
    return this.sink.close(CLOSE_MS);
  }
}

/** The spans of a job that has ended; none of one that has no trace. Nothing that people wrote but its name is in them. */
export function jobSpans(job: UnifiedJob): readonly Span[] {
  const context = parseTraceparent(job.traceparent);
  if (context?.sampled !== true) return [];
  const startMs = job.created.getTime();
  const endMs = Math.max(startMs, (job.finished ?? job.modified).getTime());
  const startedMs = Math.min(endMs, Math.max(startMs, job.started?.getTime() ?? endMs));
  const failed = job.status !== 'successful';
  const common = {
    kind: 'internal',
    traceId: context.traceId,
    attributes: {
      'awx.job.id': job.id,
      'awx.job.type': job.type,
      'awx.job.name': job.name,
      'awx.job.status': job.status,
      'awx.controller_node': job.controller_node,
      'awx.execution_node': job.execution_node,
      'receptor.unit.id': job.work_unit_id ?? '',
    },
  } as const;
  const root: Span = {
    ...common,
    name: `job ${job.type}`,
    spanId: context.spanId,
    parentSpanId: undefined,
    startMs,
    endMs,
    failed,
  };
  const part = (name: string, from: number, to: number, isFailed: boolean): Span => ({
    ...common,
    name,
    spanId: newId(8),
    parentSpanId: context.spanId,
    startMs: from,
    endMs: to,
    failed: isFailed,
  });
  return [
    root,
    part('wait for a place', startMs, startedMs, false),
    ...(job.started === null ? [] : [part('run', startedMs, endMs, failed)]),
  ];
}
