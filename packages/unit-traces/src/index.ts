/**
 * Traces units of work from submit to the last byte, across nodes, by OpenTelemetry: one trace for a unit and the nodes that have a part
 * in it, sent by OTLP over HTTP. The libraries of OpenTelemetry are loaded when tracing begins, and not before.
 *
 * ```ts
 * import { traceUnits } from '@receptorjs/unit-traces';
 * import { Workceptor } from '@receptorjs/workceptor';
 *
 * const work = new Workceptor({ nodeId: 'far', dataDir: '/var/lib/receptor' });
 * const endpoint = 'http://127.0.0.1:4318';
 * const traces = await traceUnits({ nodeId: 'far', version: '1.0', work, endpoint });
 * await work.start();
 * // until the end
 * await traces.close();
 * await work.close();
 * console.log('all traces are sent');
 * ```
 *
 * | Span | Kind | From | To |
 * | --- | --- | --- | --- |
 * | `unit TYPE` | server | the submission | the end, with all results here |
 * | `store stdin` | | the submission | all of stdin is stored |
 * | `unit on NODE` | client | stdin is stored | the end; parent of what that node does |
 * | `wait for node` | | stdin is stored | the node has given an ID |
 * | `send stdin` | | that | the node has all of stdin |
 * | `receive results` | | that | the last byte of results |
 * | `wait for a place` | | stdin is stored | as many units of its type run as may, no longer |
 * | `start` | | stdin is stored, or that | the command runs (a unit of this node) |
 * | `run` | | that | its end |
 *
 * @packageDocumentation
 */
export { TracesError } from './errors.js';
export { traceUnits } from './unit-traces.js';
export type { TraceUnitsOptions, UnitTraces } from './unit-traces.js';
