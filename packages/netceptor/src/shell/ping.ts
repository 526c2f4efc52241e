import { onAbort } from '@receptorjs/primitives';
import { abortSignal, count, number, optional, type OptionChecks } from '@receptorjs/validation';
import { errorForProblem, MeshError } from '../errors.js';
import { MAX_HOPS } from '../wire/message-type.js';
import type { DatagramSocket } from './datagram-socket.js';

/** How a ping is sent. */
export interface PingOptions {
  /** How often the ping may be handed on, 0 to 255; default 30. */
  readonly hopsToLive?: number;
  /** Bytes the ping carries, 0 to 16,384: finds out whether the path takes messages of that size. Default 0. */
  readonly payloadBytes?: number;
  /** Milliseconds; default 10,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export const pingChecks: OptionChecks<PingOptions> = {
  hopsToLive: optional(count),
  payloadBytes: optional(count),
  timeoutMs: optional(number),
  signal: optional(abortSignal),
};

/** The answer to a ping. */
export interface PingReply {
  /** The node that answered. */
  readonly from: string;
  /** Round trip in nanoseconds. */
  readonly timeNs: bigint;
}

/** One step of a traceroute. */
export interface TracerouteHop extends PingReply {
  /** Why the trace ends here, when that is not the target's answer. */
  readonly error?: MeshError;
}

/** The outcome of one ping, refused ones included. */
interface Probe extends PingReply {
  readonly error?: MeshError;
}

/** One ping on its way, through a socket of its own, which this closes. It alone writes its fields. */
class Probing {
  readonly #socket: DatagramSocket;
  readonly #resolve: (outcome: Probe) => void;
  readonly #started = process.hrtime.bigint();
  #timer: NodeJS.Timeout | undefined;
  #stopListening = (): void => undefined;
  #settled = false;

  constructor(socket: DatagramSocket, resolve: (outcome: Probe) => void) {
    this.#socket = socket;
    this.#resolve = resolve;
    socket.on('message', (_payload, fromNode) => this.#settle(fromNode));
    socket.on('unreachable', ({ problem, reportedBy, maxPayloadBytes }) =>
      this.#settle(reportedBy, errorForProblem(problem, maxPayloadBytes)),
    );
    socket.once('close', this.#closed);
  }

  send(ownNodeId: string, target: string, options: PingOptions): void {
    const { hopsToLive, payloadBytes = 0, timeoutMs = 10_000, signal } = options;
    if (signal?.aborted === true) {
      this.#cancel();
      return;
    }
    try {
      this.#socket.send(target, 'ping', Buffer.alloc(payloadBytes), hopsToLive);
    } catch (error) {
      if (!(error instanceof MeshError)) throw error;
      this.#settle(ownNodeId, error);
    }
    // What the wait needs comes after what is timed. The ping may have failed at once.
    if (this.#settled) return;
    this.#timer = setTimeout(
      () => this.#settle('', new MeshError('timeout', 'timeout')),
      timeoutMs,
    );
    this.#stopListening = onAbort(signal, this.#cancel);
  }

  readonly #cancel = (): void => this.#settle('', new MeshError('canceled', 'user cancelled'));
  readonly #closed = (): void => this.#settle('', new MeshError('shutdown', 'netceptor shutdown'));

  #settle(from: string, error?: MeshError): void {
    if (this.#settled) return;
    this.#settled = true;
    const timeNs = process.hrtime.bigint() - this.#started;
    this.#resolve({ from, timeNs, ...(error === undefined ? {} : { error }) });
    clearTimeout(this.#timer);
    this.#stopListening();
    this.#socket.off('close', this.#closed);
    this.#socket.close();
  }
}

/** Sends one ping through a socket of its own, which this closes. Rejects for nothing that a ping can meet. */
function probe(
  socket: DatagramSocket,
  ownNodeId: string,
  target: string,
  options: PingOptions,
): Promise<Probe> {
  return new Promise((resolve) => {
    new Probing(socket, resolve).send(ownNodeId, target, options);
  });
}

/**
 * Sends a ping and waits for its answer.
 *
 * @throws {MeshError} `no-route`, `service-unknown`, `message-expired`, `blocked-by-firewall`, `timeout`, `canceled`,
 *   `shutdown`
 */
export async function ping(
  socket: DatagramSocket,
  ownNodeId: string,
  target: string,
  options: PingOptions,
): Promise<PingReply> {
  const { error, ...reply } = await probe(socket, ownNodeId, target, options);
  if (error !== undefined) throw error;
  return reply;
}

/** Pings the target with 0, 1, 2 ... hops and yields who answered, until the target did or something else went wrong. */
export async function* traceroute(
  openSocket: () => DatagramSocket,
  ownNodeId: string,
  target: string,
  options: Omit<PingOptions, 'hopsToLive'>,
): AsyncGenerator<TracerouteHop, void, undefined> {
  for (let hopsToLive = 0; hopsToLive <= MAX_HOPS; hopsToLive++) {
    const hop = await probe(openSocket(), ownNodeId, target, { ...options, hopsToLive });
    if (hop.error?.code === 'message-expired') {
      yield { from: hop.from, timeNs: hop.timeNs };
      continue;
    }
    yield hop;
    return;
  }
}
