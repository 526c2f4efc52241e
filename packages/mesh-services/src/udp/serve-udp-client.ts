import { errorText, type Logger } from '@receptorjs/primitives';
import { createSocket, type Socket } from 'node:dgram';
import { nodeOrigin } from '@receptorjs/quotas';
import { count, text } from '@receptorjs/validation';
import { flowChecks, validateService } from '../argument-checks.js';
import { shareOf } from '../streams/connections.js';
import { DropLog } from '../drop-log.js';
import { FlowTable, type Flow } from './flow-table.js';
import { hostPort } from '@receptorjs/socket-addresses';
import { DEFAULT_FLOW_IDLE_MS, DEFAULT_MAX_FLOWS } from './serve-udp-server.js';
import { silentLogger, type DatagramNode, type RunningService } from '../service-types.js';
import { enlargeBuffers, MAX_SEND_QUEUE_BYTES, resolveUdp, type UdpAddress } from './udp-socket.js';

/** Datagrams that wait while a flow's socket is being made; it takes one turn of the event loop. */
const MAX_WAITING = 256;

/** Options of {@link serveUdpClient}. */
export interface UdpClientOptions {
  /** Name of the service this node offers. */
  readonly service: string;
  /** Where datagrams are carried to. A host name is looked up once. */
  readonly host: string;
  readonly port: number;
  readonly log?: Logger | undefined;
  /** Sources served at once, three quarters of them of one node; a further one takes the place of the longest quiet, of the node with the most. Default 4,096. */
  readonly maxFlows?: number | undefined;
  /** Milliseconds a source is remembered without a datagram in either direction. Default 300,000. */
  readonly flowIdleMs?: number | undefined;
}

/**
 * Offers a datagram service on this node and carries each datagram to a UDP address, from a socket of its own for each
 * source. A refusal by the other side (ICMP) costs the datagram it answers, nothing else.
 *
 * @throws {MeshServiceError} `invalid-address`; whatever `openDatagram` throws, such as for a name that is taken
 */
export async function serveUdpClient(
  node: DatagramNode,
  options: UdpClientOptions,
): Promise<RunningService> {
  validateService<UdpClientOptions>('serveUdpClient', ['datagrams', node], options, {
    ...flowChecks,
    service: text,
    host: text,
    port: count,
  });
  const { service, host, port } = options;
  const address = hostPort(host, port);
  const log = options.log ?? silentLogger;
  const what = `udp-client ${service} to ${address}`;
  const drops = new DropLog(what, log);
  const backend = await resolveUdp(host, port);
  const max = options.maxFlows ?? DEFAULT_MAX_FLOWS;
  const flows = new FlowTable<BackendFlow>(
    {
      max,
      perOrigin: shareOf(max),
      idleMs: options.flowIdleMs ?? DEFAULT_FLOW_IDLE_MS,
    },
    () => {
      log.debug(`${what}: the longest quiet source makes room for a new one`);
    },
  );
  const mesh = node.openDatagram(service);
  mesh.on('message', (payload, fromNode, fromService) => {
    const source = `${fromNode}:${fromService}`;
    const flow = flows.use(source, nodeOrigin(fromNode, node.nextHopTo?.(fromNode)), () => {
      log.debug(`${what}: new source ${source}`);
      const answer = (reply: Buffer): void => {
        flows.touch(source);
        try {
          mesh.send(fromNode, fromService, reply);
        } catch (error) {
          drops.drop(errorText(error));
        }
      };
      return new BackendFlow(backend, answer, (reason) => {
        drops.drop(reason);
      });
    });
    flow.send(payload);
  });
  mesh.on('unreachable', ({ problem, toNode, toService }) => {
    // its source is gone: nothing else will come from there
    if (problem === 'service unknown') flows.end(`${toNode}:${toService}`);
    else drops.drop(problem);
  });
  const tags = { type: 'UDP Proxy', address };
  const advertisement = node.advertise(service, { connectionType: 0, tags });
  return {
    address,
    close: () => {
      advertisement.withdraw();
      mesh.close();
      flows.close();
      return Promise.resolve();
    },
  };
}

/** The socket of one source, connected to the backend, so that it takes datagrams from there only. It alone writes its fields. */
class BackendFlow implements Flow {
  readonly #socket: Socket;
  /** Datagrams until the socket is connected, undefined from then on. */
  #waiting: Buffer[] | undefined = [];
  #closed = false;

  constructor(
    { address, port, family }: UdpAddress,
    onReply: (payload: Buffer) => void,
    private readonly onDrop: (reason: string) => void,
  ) {
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
    this.#socket = socket;
    socket.on('message', onReply);
    socket.on('error', (error) => {
      this.onDrop(error.message);
    });
    socket.connect(port, address, (error?: Error) => {
      if (this.#closed) return;
      // without a connection what comes next is dropped by `send`, with the reason of the system
      if (!error) enlargeBuffers(socket);
      const waiting = this.#waiting ?? [];
      this.#waiting = undefined;
      for (const payload of waiting) this.send(payload);
    });
  }

  send(payload: Buffer): void {
    if (this.#closed) return;
    if (this.#waiting) {
      if (this.#waiting.length < MAX_WAITING) this.#waiting.push(payload);
      else this.onDrop('too many at once for a new source');
    } else if (this.#socket.getSendQueueSize() > MAX_SEND_QUEUE_BYTES) {
      this.onDrop('the system takes datagrams too slowly');
    } else {
      try {
        this.#socket.send(payload, (error) => {
          if (error) this.onDrop(error.message);
        });
      } catch (error) {
        this.onDrop(errorText(error));
      }
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.close();
  }
}
