/**
 * What a node of the mesh is doing, for those who watch it: metrics in the text format of Prometheus, and whether it is alive and
 * ready, over HTTP. docs/operations.md lists every metric.
 *
 * ```ts
 * import { MeshNode } from '@receptorjs/netceptor';
 * import { NodeMetrics, serveMetrics } from '@receptorjs/node-metrics';
 *
 * const node = new MeshNode({ nodeId: 'hop' });
 * const metrics = new NodeMetrics({ node, version: '1.0' });
 * const listener = await serveMetrics(metrics, { host: '127.0.0.1', port: 0 });
 * const { host, port } = listener.address;
 * const reply = await fetch(`http://${host}:${port}/metrics`);
 * console.log((await reply.text()).includes('receptor_info{node_id="hop"')); // true
 * await listener.close();
 * await node.close();
 * ```
 *
 * @packageDocumentation
 */
export { MetricsError } from './errors.js';
export { NodeMetrics } from './node-metrics.js';
export type { MetricsSources, WatchedCertificate } from './metrics-sources.js';
export { serveMetrics } from './serve-metrics.js';
export type { MetricsListener, ServeMetricsOptions } from './serve-metrics.js';
