import type { MeshHandler } from '@receptorjs/control-service';
import type { MeshNode } from '@receptorjs/netceptor';
import type { StreamHost } from '@receptorjs/netceptor-streams';

/** The mesh as the control service sees it: a node and its streams. */
export function meshHandler(node: MeshNode, streams: StreamHost): MeshHandler {
  return {
    status: () => node.status(),
    ping: (target, options) => node.ping(target, options),
    traceroute: (target, options) => node.traceroute(target, options),
    connect: (target, service, { tlsClient, signal }) => {
      if (tlsClient) return Promise.reject(new Error(`unknown TLS config ${tlsClient}`));
      return streams.dial(target, service, { signal });
    },
  };
}
