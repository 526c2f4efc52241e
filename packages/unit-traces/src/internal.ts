/**
 * What the other packages of this project use of this one, and nobody else should: it changes without notice.
 *
 * @packageDocumentation
 */
export type { Span } from './span.js';
export { otlpSink, type SpanExporterOptions, type SpanSink } from './span-exporter.js';
export { newId, parseTraceparent, traceparentOf, type TraceContext } from './trace-context.js';
