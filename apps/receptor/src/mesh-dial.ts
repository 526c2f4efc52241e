import type { TlsClient } from '@receptorjs/certificates';
import {
  isTlsMissing,
  StreamError,
  type DialOptions,
  type MeshStream,
} from '@receptorjs/netceptor-streams';
import type { TlsConfigs } from './tls-configs.js';

/** Opens a stream to a service of a node; `tlsClient` names a TLS client configuration. */
export type MeshDial = (
  nodeId: string,
  service: string,
  options?: Omit<DialOptions, 'tls'> & { readonly tlsClient?: string | undefined },
) => Promise<MeshStream>;

/** A service that is advertised as a stream with TLS. */
const STREAM_TLS = 2;

/** What streams are opened with. */
export interface DialParts {
  readonly node: {
    advertisementOf(
      nodeId: string,
      service: string,
    ): { readonly connectionType: number } | undefined;
    resolve(nodeId: string): string;
  };
  readonly streams: {
    dial(nodeId: string, service: string, options: DialOptions): Promise<MeshStream>;
  };
  readonly tls: Pick<TlsConfigs, 'client' | 'clientFor' | 'defaultClient' | 'clientNames'>;
}

/**
 * The way all parts of the daemon open streams. Without the name of a TLS client configuration, a service with TLS gets
 * the default one of the node, if there is one; what the mesh says of services can add TLS, and never takes it away.
 * Where a service turns out to want TLS and there is no default, the error says so, and which names there are.
 *
 * @param option by which the caller names a TLS client configuration, for the error
 */
export function meshDial({ node, streams, tls }: DialParts, option = '--tls-client'): MeshDial {
  return async (nodeId, service, { tlsClient, ...options } = {}) => {
    const dial = (client: TlsClient | undefined) =>
      streams.dial(nodeId, service, { ...options, tls: client });
    // async, so that an unknown name is a rejection
    if (tlsClient !== undefined && tlsClient !== '') return dial(await tls.clientFor(tlsClient));
    const spare = await tls.defaultClient();
    if (spare !== undefined && wantsTls(node, nodeId, service)) return dial(spare);
    try {
      return await dial(undefined);
    } catch (error) {
      if (!(error instanceof StreamError) || !isTlsMissing(error)) throw error;
      // its advertisement has not come yet
      if (spare !== undefined) return dial(spare);
      throw new StreamError(
        error.code,
        `${error.message} (${remedy(nodeId, service, tls, option)})`,
        {
          cause: error,
          peerCertificates: error.peerCertificates,
        },
      );
    }
  };
}

/** Whether a service is known to take streams with TLS only. */
export function wantsTls(node: DialParts['node'], nodeId: string, service: string): boolean {
  return node.advertisementOf(node.resolve(nodeId), service)?.connectionType === STREAM_TLS;
}

function remedy(
  nodeId: string,
  service: string,
  tls: Pick<TlsConfigs, 'clientNames'>,
  option: string,
): string {
  const names = tls.clientNames();
  const what = `${service} of ${nodeId} wants TLS`;
  return names.length === 0
    ? `${what}, and this node has no tls-client`
    : `${what}: try ${option} ${names.join(' or ')}`;
}
