import type { WatchedCertificate } from '@receptorjs/node-metrics';
import { listenPlace } from '../addresses.js';
import { hostPort } from '@receptorjs/socket-addresses';
import type { TlsConfigs } from '../tls-configs.js';
import type { PartStarters } from './part.js';

/** What tells those who watch a node how it is; its library is loaded only when it is configured. */
export const observabilityParts: PartStarters = {
  'metrics-listener': async (fields, context) => {
    const { node, streams, work, tls, log, dataDir, version, unready, controlConnections } =
      context;
    const { NodeMetrics, serveMetrics } = await import('@receptorjs/node-metrics');
    const metrics = new NodeMetrics({
      node,
      version,
      streams,
      work,
      dataDir,
      controlConnections,
      certificates: () => certificatesOf(tls),
    });
    const listener = await serveMetrics(metrics, {
      ...listenPlace(fields.bindaddr, fields.port),
      tls: tls.server(fields.tls),
      unready,
      log,
    });
    const { host, port } = listener.address;
    log.info(`Answering metrics on ${fields.tls ? 'https' : 'http'}://${hostPort(host, port)}`);
    return listener;
  },
  tracing: async ({ endpoint, headers, samplepercent }, context) => {
    const { node, work, log, version, collectorCredentials } = context;
    const { traceUnits } = await import('@receptorjs/unit-traces');
    return traceUnits({
      nodeId: node.nodeId,
      version,
      work,
      endpoint: endpoint === '' ? undefined : endpoint,
      headers,
      variables: collectorCredentials,
      ratio: samplepercent / 100,
      nextHopTo: (nodeId) => node.nextHopTo(nodeId),
      log,
    });
  },
};

/** The first certificate of each TLS configuration: the node's own. */
function* certificatesOf(tls: TlsConfigs): Generator<WatchedCertificate, void> {
  for (const [kind, configs] of tls.inUse()) {
    for (const [config, { certificates }] of configs) {
      const [own] = certificates;
      if (own) yield { config, kind, notAfterMs: own.notAfter };
    }
  }
}
