import type { TlsClient } from '@receptorjs/certificates';
import type { MeshNode } from '@receptorjs/netceptor';
import { hostPort } from '@receptorjs/socket-addresses';
import { dialChecks, targetChecks, tlsClientCheck, validateBackend } from '../argument-checks.js';
import { connectSocket, type SocketTarget } from './connect-socket.js';
import { startDialer, type Dialer, type DialOptions } from '../dialer.js';
import { openTcpLink } from './tcp-link.js';

/** Whom to dial, and how. */
export interface TcpDialerOptions extends DialOptions, SocketTarget {
  /** Default: no TLS. With it the peer's certificate must be for `host`. */
  readonly tls?: TlsClient;
}

/**
 * Links a node to a TCP listener. With redial it returns at once and keeps trying: after 100 ms, then twice as long each
 * time up to 20 s. Without, it resolves when the connection stands.
 * What becomes of the link says `await node.reachable(ID)`, and the event `link-failed`.
 *
 * @throws {MeshError} `invalid-cost`, `shutdown`
 * @throws {BackendError} `connect-failed`, only without redial.
 */
export async function dialTcp(node: MeshNode, options: TcpDialerOptions): Promise<Dialer> {
  validateBackend<TcpDialerOptions>('dialTcp', node, options, {
    ...dialChecks,
    ...targetChecks,
    tls: tlsClientCheck,
  });
  const address = hostPort(options.host, options.port);
  return startDialer(node, options, address, `tcp ${address}`, async (signal) => {
    const socket = await connectSocket(options, { tls: options.tls }, signal);
    return {
      get destroyed() {
        return socket.destroyed;
      },
      destroy: () => void socket.destroy(),
      link: () => openTcpLink(node, socket, `tcp ${address}`, options),
    };
  });
}
