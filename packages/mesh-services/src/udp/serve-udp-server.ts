import { errorText, type Logger } from '@receptorjs/primitives';
import type { RemoteInfo, Socket } from 'node:dgram';
import { flowChecks, localChecks, remoteChecks, validateService } from '../argument-checks.js';
import { addressOrigin } from '@receptorjs/quotas';
import { shareOf } from '../streams/connections.js';
import { DropLog } from '../drop-log.js';
import { FlowTable } from './flow-table.js';
import { hostPort, listenPlaceText, plainAddress } from '@receptorjs/socket-addresses';
import {
  silentLogger,
  type DatagramNode,
  type DatagramPort,
  type RunningService,
} from '../service-types.js';
import { boundSockets, closedSocket, MAX_SEND_QUEUE_BYTES } from './udp-socket.js';

/** Flows a UDP proxy keeps at once by default. */
export const DEFAULT_MAX_FLOWS = 4096;
/** Milliseconds a flow is kept without a datagram in either direction, by default. */
export const DEFAULT_FLOW_IDLE_MS = 300_000;

/** Options of {@link serveUdpServer}. */
export interface UdpServerOptions {
  /** Port to listen on; 0 takes a free one. */
  readonly port: number;
  /** Address to listen on. Default: every address of IPv6 and IPv4. */
  readonly host?: string | undefined;
  readonly remoteNode: string;
  readonly remoteService: string;
  readonly log?: Logger | undefined;
  /** Sources served at once, three quarters of them of one address; a further one takes the place of the longest quiet, of the address with the most. Default 4,096. */
  readonly maxFlows?: number | undefined;
  /** Milliseconds a source is remembered without a datagram in either direction. Default 300,000. */
  readonly flowIdleMs?: number | undefined;
}

/**
 * Carries each datagram that arrives here to a service of a node, with a service of its own for each source, and takes
 * answers from that service of that node only. What is too long for the mesh is dropped, counted and logged.
 *
 * @throws {MeshServiceError} `invalid-address`, `listen-failed`
 */
export async function serveUdpServer(
  node: DatagramNode,
  options: UdpServerOptions,
): Promise<RunningService> {
  validateService<UdpServerOptions>('serveUdpServer', ['datagrams', node], options, {
    ...flowChecks,
    ...localChecks,
    ...remoteChecks,
  });
  const { host, remoteNode, remoteService } = options;
  const log = options.log ?? silentLogger;
  const what = `udp-server ${listenPlaceText(options)} to ${remoteNode}:${remoteService}`;
  const drops = new DropLog(what, log);
  const sockets = await boundSockets(options);
  const max = options.maxFlows ?? DEFAULT_MAX_FLOWS;
  const flows = new FlowTable<DatagramPort>(
    {
      max,
      perOrigin: shareOf(max),
      idleMs: options.flowIdleMs ?? DEFAULT_FLOW_IDLE_MS,
    },
    () => {
      log.debug(`${what}: the longest quiet source makes room for a new one`);
    },
  );
  const open = (
    source: string,
    { address: toAddress, port: toPort }: RemoteInfo,
    socket: Socket,
  ): DatagramPort => {
    const mesh = node.openDatagram();
    log.debug(`${what}: new source ${source}`);
    mesh.on('message', (payload, fromNode, fromService) => {
      if (fromNode !== remoteNode || fromService !== remoteService) {
        drops.drop(`an answer from ${fromNode}:${fromService}`);
      } else if (socket.getSendQueueSize() > MAX_SEND_QUEUE_BYTES) {
        drops.drop('the system takes answers too slowly');
      } else {
        flows.touch(source);
        socket.send(payload, toPort, toAddress, (error) => {
          if (error) drops.drop(error.message);
        });
      }
    });
    mesh.on('unreachable', ({ problem }) => {
      drops.drop(problem);
    });
    return mesh;
  };
  for (const socket of sockets) {
    socket.on('message', (payload, from) => {
      // No answer can be sent to port 0: the attempt would throw.
      if (from.port === 0) return;
      const source = hostPort(plainAddress(from.address), from.port);
      try {
        flows
          .use(source, addressOrigin(from.address), () => open(source, from, socket))
          .send(remoteNode, remoteService, payload);
      } catch (error) {
        drops.drop(errorText(error));
      }
    });
    socket.on('error', (error) => {
      drops.drop(error.message);
    });
  }
  return {
    address: listenPlaceText({ host, port: sockets[0].address().port }),
    close: async () => {
      flows.close();
      await Promise.all(sockets.map(closedSocket));
    },
  };
}
